"""Files of few rows on their way through the engine, without the pages around it."""

from django.db import transaction

from initiatives.imports import matching, row_engine
from initiatives.models import ImportRun
from will_portal.common.tables import reading
from will_portal.common.tables.layout import heading_key


class Nobody:
    """Nobody watches how far a worker is."""

    def rows(self, number):
        pass


def prepared(subject, headings, by, city, **options):
    mapping = {str(number): name for number, name in enumerate(headings)}
    values = {"state": "checking", "mapping": mapping, "options": {"numbers": "it"} | options}
    return ImportRun.objects.create(subject=subject, by=by, city=city, file_name="prova.csv", **values)


def checked(subject, headings, *rows, by, city, **options):
    """Return the run of a table whose headings are names of fields; its first row of data has number 2."""
    run = prepared(subject, headings, by, city, **options)
    row_engine.check(run, enumerate(map(list, rows), 2), by, Nobody())
    return run


def load(run):
    with transaction.atomic():
        row_engine.load(run, run.by, Nobody())
    return run


def undo(run, by=None):
    return row_engine.undo(run, by or run.by, Nobody())


def outcomes(run):
    return list(run.imported.order_by("number").values_list("outcome", flat=True))


def problems(run):
    """Return {(row, field): what is wrong with it}."""
    return {(problem.number, problem.field): problem.message for problem in run.problems.all()}


def brought_back(subject, content, folder, *, by, city):
    """Check a file that the portal gave away itself, its columns matched as proposed."""
    path = folder / "file"
    path.write_bytes(content)
    run = prepared(subject, [], by, city)
    understood, plain = reading.read(path, path.name, matching.known_headings(run), folder)
    run.mapping = matching.propose(run, understood)
    headings = [heading_key(column["heading"]) for column in understood["columns"]]
    assert len(run.mapping) >= len(headings) // 2
    with plain.open("rb") as file:
        rows = list(reading.rows_of(iter(lambda: file.read(65536), b"")))
    row_engine.check(run, rows, by, Nobody())
    return run
