"""Files of log entries on their way through both engines, without the pages around them."""

from collections import Counter

from django.db import connection, transaction

from cities.models import City
from initiatives.imports import log_engine, row_engine
from initiatives.imports.resources.log import LogResource
from initiatives.models import ImportRun, Intervention
from initiatives.triggers import MEASURES
from tests.initiatives.imports.row_files import Nobody

ENTRY = ["initiative_id", "city_id", "day", "whole_month", "kind_id", "place", "delivered_by_id", *MEASURES]
ENTRY += ["note", "reference", "entered_by_id", "confirmed_by_id", "returned_by_id", "return_note"]
ENTRY += ["withdrawn_by_id", "version"]
FIRST_ROW = 2
# Row by row a reference is never shown, in sets one that could be read; and in sets a day that could not be
# read is shown only where that is told, not where its entry lies in a closed month besides.
SHOWN_OTHERWISE = {"reference", "day"}


class Back(Exception):
    """What was done is not to stay."""


def in_vain(act, *args):
    """Return what comes of something, of which nothing stays; not even temporary tables."""
    try:
        with transaction.atomic():
            result = act(*args)
            raise Back
    except Back:
        return result


def prepared(headings, by, place, **options):
    mapping = {str(number): name for number, name in enumerate(headings)}
    where = {"city": place} if isinstance(place, City) else {"organisation": place}
    values = {"state": "checking", "mapping": mapping, "options": {"numbers": "it"} | options}
    return ImportRun.objects.create(subject="log", by=by, file_name="prova.csv", **where, **values)


def numbered(rows):
    return list(enumerate(map(list, rows), FIRST_ROW))


def judged(engine, run, rows):
    """Return {row: what it does} and {cell: the words of what is wrong with it}, as an engine stores them."""
    engine.check(run, iter(numbered(rows)), run.by, Nobody())
    found = {}
    for row in run.imported.all():
        target = row.target if row.outcome in ["changed", "unchanged"] else None
        found[row.number] = row.outcome, target, public(row.values), public(row.before)
    wrong = {}
    for each in run.problems.all():
        value = "" if each.field in SHOWN_OTHERWISE else each.value
        cell = each.number, each.column, each.field, value
        wrong[cell] = sorted([*wrong.get(cell, []), *each.message.split()])
    return found | wrong


def unlike(one, other):
    """Return {what: (one says, the other says)} of that in which they differ."""
    keys = sorted(one.keys() | other.keys(), key=repr)
    return {key: (one.get(key), other.get(key)) for key in keys if one.get(key) != other.get(key)}


def public(values):
    return values and {name: value for name, value in values.items() if not name.startswith("_")}


def loaded_by_sets(run, rows):
    log_engine.check(run, iter(numbered(rows)), run.by, Nobody())
    forget_tables()
    log_engine.load(run, run.by, Nobody())
    return whole_log()


def loaded_by_rows(run, rows):
    resource = LogResource(by=run.by, place=run.place, options=run.options)
    columns = {name: int(index) for index, name in run.mapping.items()}
    file = numbered(rows)
    table = row_engine.Dataset(headers=list(columns))
    for _number, cells in file:
        table.append([cells[index] for index in columns.values()])
    row_engine.judge(resource, table, [number for number, _cells in file], Nobody(), dry_run=False)
    return whole_log()


def whole_log():
    """Return {what an entry says: how many say it}, in whatever order they came there."""
    entries = Intervention.objects.prefetch_related("breakdown")
    return Counter(map(contents, entries))


def contents(entry):
    parts = sorted((p.sex, p.age_band, p.citizenship, p.people, p.new_people) for p in entry.breakdown.all())
    moments = entry.confirmed_at is not None, entry.returned_at is not None, entry.withdrawn_at is not None
    return *(getattr(entry, name) for name in ENTRY), moments, repr(parts)


def forget_tables():
    """What ends with its transaction in the portal would last as long as the test."""
    with connection.cursor() as cursor:
        cursor.execute("DISCARD TEMP")


def checked(headings, *rows, by, place, **options):
    """Return the run of a table whose headings are names of fields; its first row of data has number 2."""
    run = prepared(headings, by, place, **options)
    log_engine.check(run, iter(numbered(rows)), by, Nobody())
    forget_tables()
    return run


def load(run):
    try:
        with transaction.atomic():
            log_engine.load(run, run.by, Nobody())
    finally:
        forget_tables()
    return run


def undo(run, by=None):
    kept = log_engine.undo(run, by or run.by, Nobody())
    forget_tables()
    return kept
