"""Checks, loads and undoes files of few rows, row by row, with the Resource of their table."""

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from tablib import Dataset

from initiatives.imports.columns import Stored
from initiatives.imports.errors import SendBack, Stale
from initiatives.imports.resources import resource_for
from initiatives.imports.row_resource import Outcome
from initiatives.imports.shown import shown
from initiatives.models import ImportedRow, ImportProblem
from will_portal.common.numbers import spell_number

MOST_ROWS = 20_000
BATCH = 1_000


def resource_of(run, by):
    return resource_for(run.subject)(by=by, place=run.place, options=run.options)


def check(run, rows, by, progress):
    """Judge the rows, (number, [cells]) each, and write down what they would do; nothing else is changed."""
    resource = resource_of(run, by)
    columns = {name: int(index) for index, name in run.mapping.items() if name in resource.imported()}
    file = read_file(rows)
    dataset = Dataset(headers=list(columns))
    for _number, cells in file:
        dataset.append([cell_at(cells, index) for index in columns.values()])
    numbers = [number for number, _cells in file]
    resource.overlong = set(run.understood.get("overlong", []))
    read = judge(resource, dataset, numbers, progress, dry_run=True)
    store(run, resource, read, dict(file), columns)


def read_file(rows):
    file = []
    for row in rows:
        file.append(row)
        if len(file) > MOST_ROWS:
            told = _("At most %(most)s rows of this kind can be loaded at once: divide the file.")
            raise SendBack(told % {"most": spell_number(MOST_ROWS)})
    return file


def cell_at(cells, index):
    """Return the cell of a column, empty where the row ends before it."""
    return cells[index] if index < len(cells) else ""


def judge(resource, dataset, numbers, progress, *, dry_run, **options):
    """Send the rows through the Resource and return what it read and did of each, in their order."""
    if not numbers:
        return []
    result = resource.import_data(dataset, dry_run=dry_run, numbers=numbers, progress=progress, **options)
    errors = [*result.base_errors, *(error for _number, found in result.row_errors() for error in found)]
    if errors:
        raise errors[0].error
    return resource.read


def store(run, resource, read, file, columns):
    ImportedRow.objects.bulk_create([imported(run, resource, row) for row in read], batch_size=BATCH)
    problems = [
        problem
        for row in read
        if row.outcome == Outcome.WRONG
        for problem in problems_of(run, row, file[row.number], columns)
    ]
    ImportProblem.objects.bulk_create(problems, batch_size=BATCH)


def imported(run, resource, row):
    values = {name: resource.fields[name].widget.store(value) for name, value in row.values.items()}
    is_changed = row.outcome == Outcome.CHANGED
    return ImportedRow(
        run=run,
        number=row.number,
        outcome=row.outcome,
        target=row.target,
        values=values,
        before=row.before if is_changed else None,
    )


def problems_of(run, row, cells, columns):
    language = run.options.get("numbers", "it")
    for name, errors in row.wrong.items():
        column = columns.get(name)
        for message in dict.fromkeys(message for error in errors for message in error.messages):
            yield ImportProblem(
                run=run,
                number=row.number,
                column=column,
                field="" if name == NON_FIELD_ERRORS else name,
                value="" if column is None else shown(cell_at(cells, column), name, language),
                message=message[:500],
            )


def load(run, by, progress):
    """Write what was reviewed, inside the transaction of the caller; Stale if a row now comes to something
    else, and then the caller lets go of all.
    """
    resource = resource_of(run, by)
    reviewed = list(ImportedRow.objects.filter(run=run).exclude(outcome=Outcome.WRONG).order_by("number"))
    names = sorted({name for row in reviewed for name in row.values})
    dataset = Dataset(headers=names)
    for row in reviewed:
        dataset.append([Stored(row.values[name]) if name in row.values else None for name in names])
    targets = {row.number: row.target for row in reviewed}
    try:
        read = judge(resource, dataset, list(targets), progress, dry_run=False, targets=targets, locked=True)
    except IntegrityError as error:
        raise Stale from error
    for row, was in zip(read, reviewed, strict=True):
        now = imported(run, resource, row)
        if any(
            getattr(now, name) != getattr(was, name) for name in ["outcome", "target", "values", "before"]
        ):
            raise Stale


def undo(run, by, progress):
    """Take back what was loaded; return the numbers of the rows that stay, because somebody has worked on
    them since, something else needs them, or `by` may not change them any more.
    """
    resource = resource_of(run, by)
    done = ImportedRow.objects.filter(run=run, outcome__in=[Outcome.NEW, Outcome.CHANGED])
    done = list(done.order_by("number"))
    instances = resource.present(done)
    resource.remember_rights(list(instances.values()))
    kept = []
    for done_rows, row in enumerate(done, 1):
        progress.rows(done_rows)
        instance = instances.get(row.number)
        # What is gone already needs no undoing.
        if instance is not None and not (
            resource.may_undo(instance, row)
            and resource.is_untouched(instance, row)
            and taken_back(resource, instance, row)
        ):
            kept.append(row.number)
    return kept


def taken_back(resource, instance, row):
    """Undo one row; False if something else needs what it made."""
    try:
        with transaction.atomic():
            if row.outcome == Outcome.NEW:
                resource.remove(instance)
            else:
                resource.give_back(instance, row)
    except ProtectedError:
        return False
    return True
