"""What the portal's sums are compared with: the same aggregates over the whole log, plainly written."""

from django.db import connection, transaction

from evaluation.rollups import ENTRIES, PARTS, PEOPLE, PLANS, ROLLUPS, TOTALS
from initiatives.triggers import FIRST_OF_MONTH
from will_portal.local.bench.measure import seconds

PRESENT = f"""(
        SELECT *, {FIRST_OF_MONTH} AS month, confirmed_at IS NOT NULL AS confirmed
        FROM {ENTRIES} WHERE withdrawn_at IS NULL
    ) AS e"""  # nosec B608: names of our own
SOURCES = {
    TOTALS.name: PRESENT,
    PEOPLE.name: f"{PRESENT} JOIN {PARTS} AS p ON p.intervention_id = e.id",
}
# With the memory that the portal's own work has, and planned for all rows.
ALONE = {
    "work_mem": PLANS["work_mem"],
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
    "cursor_tuple_fraction": "1",
}
# The planner may do what it likes.
FREE = {"work_mem": PLANS["work_mem"]}


def grouped(rollup):
    keys = ", ".join(rollup.key)
    figures = ", ".join(f"{sql} AS {column}" for column, sql in rollup.figures.items())
    return f"SELECT {keys}, {figures} FROM {SOURCES[rollup.name]} GROUP BY {keys}"  # nosec B608


def send(statements, settings=FREE):
    """Send statements in one transaction, however long they take."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in (settings | {"statement_timeout": "0"}).items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        for statement in statements:
            cursor.execute(statement)


def discarded():
    """Group the whole log, and let the server throw the rows away; return the seconds."""
    statements = []
    for rollup in ROLLUPS:
        statements += [f"DECLARE bare_{rollup.name} NO SCROLL CURSOR FOR {grouped(rollup)}"]
        statements += [f"MOVE ALL IN bare_{rollup.name}"]
    return seconds(lambda: send(statements, ALONE))


def stored():
    """Group the whole log into empty tables with the keys of the portal's; return the seconds."""
    tables = {f"bare_{rollup.name}": rollup for rollup in ROLLUPS}
    send(f"CREATE TABLE {name} (LIKE {rollup.table} INCLUDING ALL)" for name, rollup in tables.items())
    inserts = [
        f"INSERT INTO {name} ({rollup.columns}) {grouped(rollup)}"  # nosec B608
        for name, rollup in tables.items()
    ]
    taken = seconds(lambda: send(inserts, ALONE))
    send(f"DROP TABLE {name}" for name in tables)
    return taken


def view(rollup):
    return f"view_{rollup.name}"


def build_views():
    """Make materialized views of the same aggregates, with the unique keys that CONCURRENTLY needs."""
    for rollup in ROLLUPS:
        # A refresh would take rows whose key is null for changed each time.
        keys = [f"coalesce({key}, 0)" if key == "delivered_by_id" else key for key in rollup.key]
        named = ", ".join(f"{sql} AS key_{number}" for number, sql in enumerate(keys))
        unique = ", ".join(f"key_{number}" for number in range(len(keys)))
        query = f"SELECT {named}, g.* FROM ({grouped(rollup)}) AS g"  # nosec B608
        send(
            [
                f"CREATE MATERIALIZED VIEW {view(rollup)} AS {query}",
                f"CREATE UNIQUE INDEX ON {view(rollup)} ({unique})",
                f"ANALYZE {view(rollup)}",
            ]
        )


REFRESHES = [f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view(rollup)}" for rollup in ROLLUPS]


def refreshed():
    return seconds(lambda: send(REFRESHES))


def check_same():
    """Raise AssertionError unless the portal's sums are those of the views."""
    for rollup in ROLLUPS:
        ours, theirs = (
            f"SELECT {rollup.columns} FROM {source}"  # nosec B608
            for source in (rollup.table, view(rollup))
        )
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute(
                f"SELECT EXISTS ({ours} EXCEPT {theirs}) OR EXISTS ({theirs} EXCEPT {ours})"  # nosec B608
            )
            if cursor.fetchone()[0]:
                raise AssertionError(f"The sums of {rollup.table} are not those of the log.")
