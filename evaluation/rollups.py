"""The sums of the log by month, in SQL: what an entry adds to which row, and how stored rows are made equal.

Pure in that a statement made here reads and writes in one snapshot, and that the same log gives the same rows
whoever asks and however often. Units: persons, households, contacts and entries are counts, hours are hours,
costs are EUR; each with the number of entries that know it, since the sum of none is no zero. A month is its
first day, an entry's is that of its day (or of the whole month that it covers). Entries that are withdrawn
count nowhere, entries that wait for confirmation in rows of their own.

Source of the method: incremental maintenance of an aggregate by recomputing the groups that changed. Nothing
is added to or taken from a stored sum, so that no error of the past survives in it.
"""

import json
from dataclasses import dataclass
from typing import NamedTuple

from initiatives.triggers import MEASURES

ENTRIES = "initiatives_intervention"
PARTS = "initiatives_interventionpeople"
MARKS = "initiatives_changedmonth"
PARKED = "evaluation_parkedmonth"
# The first bits of the advisory locks on initiatives, so that they are no others' (1 to 4 are those of
# initiatives: months, files, exports, imports).
INITIATIVE_LOCKS = 5


def lock_key(initiative):
    """SQL for the number of the lock under which the sums of an initiative are written."""
    return f"(({INITIATIVE_LOCKS}::bigint << 60) | {initiative})"


@dataclass(frozen=True, eq=False)
class Rollup:
    """One table of sums: its natural key, and how each figure follows from the rows of the log."""

    name: str
    table: str
    key: list
    # {column: SQL over the rows of `source`}
    figures: dict
    # SQL of the rows of a month `m` and its initiatives.
    source: str

    @property
    def columns(self):
        return ", ".join([*self.key, *self.figures])


def measure(name):
    return {name: f"coalesce(sum({name}), 0)", f"{name}_known": f"count({name})"}


def people_where(measure):
    return f"coalesce(sum(people_served) FILTER (WHERE {measure} IS NOT NULL), 0)"


# An entry's initiative and city go together: the database holds that.
OF_ALL = {"city_id": "min(city_id)", "entries": "count(*)"}
ENTRIES_OF_MONTH = f"""{ENTRIES} AS e
    CROSS JOIN LATERAL (SELECT e.confirmed_at IS NOT NULL AS confirmed) AS state
    WHERE e.initiative_id = ANY (m.initiatives) AND e.withdrawn_at IS NULL
        AND e.day >= m.month AND e.day < (m.month + interval '1 month')::date"""
TOTALS = Rollup(
    name="totals",
    table="evaluation_monthlytotal",
    key=["initiative_id", "month", "kind_id", "delivered_by_id", "confirmed"],
    figures=OF_ALL
    | {column: sql for name in MEASURES for column, sql in measure(name).items()}
    | {
        "people_with_new": people_where("new_people"),
        "people_with_elsewhere": people_where("living_elsewhere"),
        "people_with_cost": people_where("cost"),
        "cost_with_people": "coalesce(sum(cost) FILTER (WHERE people_served IS NOT NULL), 0)",
        "cost_and_people_known": "count(*) FILTER (WHERE cost IS NOT NULL AND people_served IS NOT NULL)",
        "largest_entry": "coalesce(max(people_served), 0)::bigint",
    },
    source=ENTRIES_OF_MONTH,
)
PEOPLE = Rollup(
    name="people",
    table="evaluation_monthlypeople",
    key=["initiative_id", "month", "sex", "age_band", "citizenship", "confirmed"],
    figures=OF_ALL
    | {
        "people": "sum(people)",
        "new_people": "coalesce(sum(p.new_people), 0)",
        "new_people_known": "count(p.new_people)",
        "largest_part": "max(people)::bigint",
    },
    # In the order of their entries, so that the parts of neighbours are found on the same pages.
    source=f"""(
        SELECT id, initiative_id, city_id, confirmed FROM {ENTRIES_OF_MONTH} ORDER BY id
    ) AS e JOIN {PARTS} AS p ON p.intervention_id = e.id""",
)
ROLLUPS = [TOTALS, PEOPLE]
# Estimates of common tables are guesses: joined by hash or merge, a month would be looked for in all parts.
PLANS = {
    "work_mem": "64MB",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_incremental_sort": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}
# Month by month, since the log lies in the order of time: one look at an index for all initiatives of a
# month, and sets small enough to stay in the processor's cache.
MONTHS = """months AS MATERIALIZED (
        SELECT month, array_agg(initiative_id ORDER BY initiative_id) AS initiatives
        FROM unnest(%(initiatives)s::bigint[], %(months)s::date[]) AS c (initiative_id, month) GROUP BY month
    )"""


def compared(rollup):
    """SQL of common tables: counted_<name> as the log has it, stored_<name> as the table has it."""
    grouped = [column for column in rollup.key if column != "month"]
    figures = ", ".join(f"{sql} AS {column}" for column, sql in rollup.figures.items())
    return f"""
    counted_{rollup.name} AS MATERIALIZED (
        SELECT {rollup.columns} FROM months AS m CROSS JOIN LATERAL (
            SELECT {", ".join(grouped)}, {figures} FROM {rollup.source} GROUP BY {", ".join(grouped)}
        ) AS counted
    ),
    stored_{rollup.name} AS MATERIALIZED (
        SELECT s.* FROM months AS m CROSS JOIN LATERAL (
            SELECT {rollup.columns} FROM {rollup.table}
            WHERE initiative_id = ANY (m.initiatives) AND month = m.month OFFSET 0
        ) AS s
    )"""


def written(rollup):
    """SQL of common tables that make the stored rows equal to the counted ones, and touch no others."""
    keys = ", ".join(rollup.key)
    news = ", ".join(f"{column} = EXCLUDED.{column}" for column in rollup.figures)
    same = " AND ".join(f"r.{column} IS NOT DISTINCT FROM g.{column}" for column in rollup.key[2:])
    return f"""
    gone_{rollup.name} AS (
        DELETE FROM {rollup.table} AS r
        USING (SELECT {keys} FROM stored_{rollup.name} EXCEPT SELECT {keys} FROM counted_{rollup.name}) AS g
        WHERE r.initiative_id = g.initiative_id AND r.month = g.month AND {same}
        RETURNING 1
    ),
    written_{rollup.name} AS (
        INSERT INTO {rollup.table} ({rollup.columns})
        SELECT * FROM counted_{rollup.name} EXCEPT SELECT * FROM stored_{rollup.name}
        ON CONFLICT ({keys}) DO UPDATE SET {news}
        RETURNING 1
    )"""


MAKE_EQUAL = f"""
    WITH {MONTHS},
    taken AS (DELETE FROM {MARKS} WHERE id = ANY (%(marks)s)),
    {",".join([*map(compared, ROLLUPS), *map(written, ROLLUPS)])}
    SELECT (SELECT count(*) FROM (SELECT DISTINCT initiative_id, month FROM counted_totals) AS cells),
        (SELECT count(*) FROM written_totals) + (SELECT count(*) FROM written_people)
        + (SELECT count(*) FROM gone_totals) + (SELECT count(*) FROM gone_people)
"""


def make_equal(cursor, cells, marks):
    """Make the stored sums of some cells equal to their log, and delete these marks, by number.

    `cells` are [(initiative, month)]. Return how many of them the log has, and how many sums were written or
    deleted. All in one snapshot, in a transaction at READ COMMITTED whose earlier statements took the locks
    of the initiatives, then read the marks: so what another worker wrote before is seen, and a mark that
    comes later than the log was read stays.
    """
    plan_for_few(cursor)
    cursor.execute(MAKE_EQUAL, arrays(cells) | {"marks": marks})
    return cursor.fetchone()


def plan_for_few(cursor):
    settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in PLANS.items())
    cursor.execute(f"SELECT {settings}")


def arrays(cells):
    initiatives, months = map(list, zip(*cells, strict=True))
    return {"initiatives": initiatives, "months": months}


def excused(side):
    """SQL that says whether a cell waits to be summed anew, or cannot be."""
    return " OR ".join(
        f"""EXISTS (
            SELECT FROM {table} AS x WHERE x.initiative_id = {side}.initiative_id AND x.month = {side}.month
        )"""
        for table in (MARKS, PARKED)
    )


def one_sided(rollup, here, there):
    """SQL of the rows that one of two common tables has and the other has not."""
    return f"""SELECT '{rollup.name}', '{here}', to_jsonb(d) FROM (
        SELECT * FROM {here}_{rollup.name} EXCEPT SELECT * FROM {there}_{rollup.name}
    ) AS d WHERE NOT ({excused("d")})"""


SIDES = [("stored", "counted"), ("counted", "stored")]
DIFFERENCES = f"""
    WITH {MONTHS}, {",".join(map(compared, ROLLUPS))}
    SELECT NULL, NULL, to_jsonb(ARRAY[count(*) FILTER (WHERE NOT excused), count(*) FILTER (WHERE excused)])
    FROM (
        SELECT {excused("c")} AS excused FROM (
            SELECT initiative_id, month FROM counted_totals
            UNION SELECT initiative_id, month FROM stored_totals
            UNION SELECT initiative_id, month FROM stored_people
        ) AS c
    ) AS cells
    UNION ALL {" UNION ALL ".join(one_sided(rollup, *sides) for rollup in ROLLUPS for sides in SIDES)}
"""


class Difference(NamedTuple):
    """A row that is not what the log says: table, key and figures, {} on the side that has no such row."""

    rollup: Rollup
    key: dict
    stored: dict
    counted: dict


def differences(cursor, cells):
    """Compare the stored sums of some cells with their log; return how many were compared, how many left out,
    and [Difference].

    One snapshot, and so without any lock: in every snapshot a cell is right, or marked, or set apart, and
    those are left out.
    """
    plan_for_few(cursor)
    cursor.execute(DIFFERENCES, arrays(cells))
    (_name, _side, numbers), *rows = cursor.fetchall()
    found = {}
    for name, side, row in rows:
        rollup = next(rollup for rollup in ROLLUPS if rollup.name == name)
        figures = json.loads(row, parse_float=str)
        key = {column: figures.pop(column) for column in rollup.key}
        found.setdefault((name, *key.values()), Difference(rollup, key, {}, {}))
        getattr(found[name, *key.values()], side).update(figures)
    return *json.loads(numbers), list(found.values())
