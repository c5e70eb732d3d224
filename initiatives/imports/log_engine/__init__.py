"""The set-based engine of the log: what LogResource says row by row, said of all rows at once.

A file passes through temporary tables that end with the transaction: `staged` and `staged_parts` hold what
its cells say, `judged` what each row does. The Resource stays the declaration: its widgets read the cells,
each distinct value once, and its row loop must come to the same rows, counts and sentences (tests compare
them).
"""

from django.db import connection

from initiatives.imports.log_engine import judging, loading, staging, storing, undoing
from initiatives.imports.resources.log import LogResource


def check(run, rows, by, progress):
    """Judge the rows of a file, (number, cells) each, and store what each would do and what is wrong."""
    resource = LogResource(by=by, place=run.place, options=run.options)
    mapping = {int(index): name for index, name in run.mapping.items()}
    overlong = run.understood.get("overlong", [])
    filled = staging.Staging(resource, mapping, defaults_of(run), by.language, overlong)
    with connection.cursor() as cursor:
        staging.prepare(cursor)
        filled.fill(cursor, rows, progress)
        judging.judge(cursor, run, by, filled.mapped, cells_of(resource, run))
        storing.store(cursor, run, filled.mapped, bool(filled.cells), filled.problems)


def load(run, by, progress):
    """Write the reviewed rows into the log; Stale if one of them would no longer come out as reviewed."""
    resource = LogResource(by=by, place=run.place, options=run.options)
    mapped = [name for name in run.mapping.values() if name in staging.TYPES]
    with connection.cursor() as cursor:
        loading.steady(cursor, run.rows)
        loading.hold(cursor, run, "FOR NO KEY UPDATE")
        staging.prepare(cursor)
        loading.restage(cursor, run)
        judging.judge(cursor, run, by, [*mapped, *defaults_of(run)], cells_of(resource, run))
        loading.refuse_changed(cursor, run)
        loading.write(cursor, run, by)
        cursor.execute("DISCARD PLANS")


def undo(run, by, progress):
    """Take back what was loaded; return the numbers of the rows that stay as they are."""
    with connection.cursor() as cursor:
        loading.steady(cursor, run.rows)
        loading.hold(cursor, run, "FOR UPDATE")
        undoing.find(cursor, run, by)
        undoing.take_back(cursor)
        kept = undoing.kept(cursor)
        cursor.execute("DISCARD PLANS")
    return kept


def defaults_of(run):
    """What holds for every row, since the file has no column for it."""
    chosen = run.options.get("initiative")
    return {"initiative": chosen} if chosen else {}


def cells_of(resource, run):
    """Return (sex, age band, citizenship, whether people, whether new people are counted) of mapped parts."""
    columns = resource.columns()
    mapped = [columns[name] for name in run.mapping.values() if name not in staging.TYPES]
    counted = {(column.cell, column.what) for column in mapped}
    cells = {column.cell for column in mapped}
    return [(*cell, (cell, "people") in counted, (cell, "new") in counted) for cell in cells]
