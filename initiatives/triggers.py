"""What the database itself holds of the log, whoever writes: form, import, administration, COPY, psql.

Statement-level triggers with transition tables; PostgreSQL allows these only for one event each. They refuse
changes in closed months and breakdowns above their totals, and mark each (initiative, month) whose figures
changed.
"""

import pgtrigger

MONTH_CLOSED = "initiatives_month_closed"
ENTRY_MOVED = "initiatives_log_stays"
ENTRY_VERSION = "initiatives_log_version"
BREAKDOWN_ABOVE_TOTAL = "initiatives_breakdown_within_total"
# The first bits of these advisory locks, so that they are no others'.
MONTH_LOCKS = 1
FIRST_OF_MONTH = "(day - (extract(day FROM day)::int - 1))"


def month_key(city, day):
    """SQL for the number of the lock on a month of a city."""
    months = f"extract(year FROM {day})::int * 12 + extract(month FROM {day})::int"
    return f"(({MONTH_LOCKS}::bigint << 60) | ({city}::bigint << 20) | ({months}))"


MEASURES = [
    "people_served",
    "new_people",
    "living_elsewhere",
    "households",
    "contacts",
    "hours",
    "volunteer_hours",
    "cost",
]
FIGURES = (
    f"id, initiative_id, {FIRST_OF_MONTH} AS month, city_id, kind_id, delivered_by_id,"
    " confirmed_at IS NOT NULL AS confirmed, withdrawn_at IS NOT NULL AS withdrawn,"
    f" {', '.join(MEASURES)}"
)
# Note and place may be taken out of a closed month, in case they name somebody.
GUARDED = (
    f"id, city_id, day, whole_month, kind_id, delivered_by_id, {', '.join(MEASURES)}, reference,"
    " entered_by_id, confirmed_at, returned_at, withdrawn_at"
)
CELLS = "i.id, i.initiative_id, i.day, c.sex, c.age_band, c.citizenship, c.people, c.new_people"

# Its own lock and check would look at the world as it was when the transaction began.
READ_COMMITTED = """
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'The log is written at READ COMMITTED only'
            USING ERRCODE = 'invalid_transaction_state';
    END IF;
"""


def guard_months(touched):
    """SQL that waits for whoever closes one of these months, then refuses the closed ones.

    `touched` is a query with the columns city_id and day.
    """
    key = month_key("city_id", "day")
    return f"""{READ_COMMITTED}
    PERFORM pg_advisory_xact_lock_shared(key)
        FROM (SELECT DISTINCT {key} AS key FROM ({touched}) AS touched ORDER BY 1) AS keys;
    SELECT c.city_id, c.month INTO closed
        FROM initiatives_monthclosing AS c
        JOIN (SELECT DISTINCT city_id, {FIRST_OF_MONTH} AS month FROM ({touched}) AS touched) AS m
            USING (city_id, month)
        WHERE c.reopened_at IS NULL
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'The month is closed' USING
            ERRCODE = 'check_violation',
            CONSTRAINT = '{MONTH_CLOSED}',
            DETAIL = closed.city_id || ' ' || closed.month;
    END IF;
"""


def mark(cells):
    """SQL that marks these (initiative_id, month), each once."""
    return f"""
    INSERT INTO initiatives_changedmonth (initiative_id, month)
        SELECT DISTINCT initiative_id, month FROM ({cells}) AS cells;
"""


def refuse_if(condition, constraint, message):
    return f"""
    IF {condition} THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation', CONSTRAINT = '{constraint}';
    END IF;
"""


def refuse_above_total(condition):
    return refuse_if(condition, BREAKDOWN_ABOVE_TOTAL, "The breakdown is above its total")


def difference(columns, old, new):
    """A query for the rows, known by their id, that are in one of two sets and not in the other."""
    was, now = f"SELECT {columns} FROM {old}", f"SELECT {columns} FROM {new}"
    return f"(({was} EXCEPT {now}) UNION ALL ({now} EXCEPT {was}))"


def trigger(name, operation, tables, body):
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        declare=[("closed", "RECORD")],
        func=f"{body} RETURN NULL;",
    )


OLD, NEW = {"old": "old_rows"}, {"new": "new_rows"}
INITIATIVE_MONTHS = f"SELECT initiative_id, {FIRST_OF_MONTH} AS month FROM"
# Neither people, nor new people, nor, where both are known, those who came before.
ABOVE = """sum(p.people) > coalesce(i.people_served, 0)
            OR sum(p.new_people) > coalesce(i.new_people, 0)
            OR sum(p.people - p.new_people) > i.people_served - i.new_people"""
TOTALS_CUT = f"""EXISTS (
        SELECT FROM new_rows AS i
        JOIN old_rows AS o USING (id)
        JOIN initiatives_interventionpeople AS p ON p.intervention_id = i.id
        WHERE (i.people_served, i.new_people) IS DISTINCT FROM (o.people_served, o.new_people)
        GROUP BY i.id, i.people_served, i.new_people
        HAVING {ABOVE}
    )"""
MOVED = """EXISTS (
        SELECT FROM new_rows AS n FULL JOIN old_rows AS o USING (id)
        WHERE n.initiative_id IS DISTINCT FROM o.initiative_id
    )"""
# Without it, whoever confirms or edits what they saw would not notice that it is no longer that.
VERSIONED = [
    "day",
    "kind_id",
    "delivered_by_id",
    *MEASURES,
    "confirmed_at",
    "withdrawn_at",
]
SAME_VERSION = """EXISTS (
        SELECT FROM new_rows AS n JOIN old_rows AS o USING (id)
        WHERE n.version <= o.version AND n.city_id = o.city_id
            AND ({new}) IS DISTINCT FROM ({old})
    )""".format(
    new=", ".join(f"n.{column}" for column in VERSIONED), old=", ".join(f"o.{column}" for column in VERSIONED)
)


def of_entries():
    return [
        trigger(
            "log_inserted",
            pgtrigger.Insert,
            NEW,
            guard_months("SELECT city_id, day FROM new_rows") + mark(f"{INITIATIVE_MONTHS} new_rows"),
        ),
        trigger(
            "log_updated",
            pgtrigger.Update,
            OLD | NEW,
            refuse_if(MOVED, ENTRY_MOVED, "An entry stays with its initiative")
            + refuse_if(SAME_VERSION, ENTRY_VERSION, "An entry whose figures change has a new version")
            + guard_months(f"SELECT city_id, day FROM {difference(GUARDED, 'old_rows', 'new_rows')} AS rows")
            + refuse_above_total(TOTALS_CUT)
            + mark(
                f"SELECT initiative_id, month FROM {difference(FIGURES, 'old_rows', 'new_rows')} AS changed"
            ),
        ),
        trigger(
            "log_deleted",
            pgtrigger.Delete,
            OLD,
            guard_months("SELECT city_id, day FROM old_rows") + mark(f"{INITIATIVE_MONTHS} old_rows"),
        ),
        before_truncation("log_truncated", f"{INITIATIVE_MONTHS} initiatives_intervention"),
    ]


def before_truncation(name, cells):
    """A trigger that marks all of these before a table is emptied, which leaves no rows to compare."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func=f"{READ_COMMITTED}{mark(cells)} RETURN NULL;",
    )


def parents(*tables):
    ids = " UNION ".join(f"SELECT intervention_id FROM {table}" for table in tables)
    return f"initiatives_intervention AS i WHERE i.id IN ({ids})"


def hold_parents(*tables):
    """SQL that lets one transaction at a time change the parts of an entry; its own rows it holds anyway."""
    return f"""
    PERFORM FROM {parents(*tables)} AND i.xmin <> pg_current_xact_id()::xid
        ORDER BY i.id FOR NO KEY UPDATE;
"""


SUM_ABOVE = f"""EXISTS (
        SELECT FROM initiatives_intervention AS i
        JOIN initiatives_interventionpeople AS p ON p.intervention_id = i.id
        WHERE i.id IN (SELECT intervention_id FROM new_rows)
        GROUP BY i.id
        HAVING {ABOVE}
    )"""


def cells_of(table):
    return f"{table} AS c JOIN initiatives_intervention AS i ON i.id = c.intervention_id"


def of_breakdowns():
    changed = (
        f"{INITIATIVE_MONTHS} {difference(CELLS, cells_of('old_rows'), cells_of('new_rows'))} AS changed"
    )
    return [
        trigger(
            "people_inserted",
            pgtrigger.Insert,
            NEW,
            hold_parents("new_rows")
            + guard_months(f"SELECT i.city_id, i.day FROM {parents('new_rows')}")
            + refuse_above_total(SUM_ABOVE)
            + mark(f"{INITIATIVE_MONTHS} {cells_of('new_rows')}"),
        ),
        trigger(
            "people_updated",
            pgtrigger.Update,
            OLD | NEW,
            hold_parents("old_rows", "new_rows")
            + guard_months(f"SELECT i.city_id, i.day FROM {parents('old_rows', 'new_rows')}")
            + refuse_above_total(SUM_ABOVE)
            + mark(changed),
        ),
        trigger(
            "people_deleted",
            pgtrigger.Delete,
            OLD,
            hold_parents("old_rows")
            + guard_months(f"SELECT i.city_id, i.day FROM {parents('old_rows')}")
            + mark(f"{INITIATIVE_MONTHS} {cells_of('old_rows')}"),
        ),
        before_truncation(
            "people_truncated", f"{INITIATIVE_MONTHS} {cells_of('initiatives_interventionpeople')}"
        ),
    ]


def of_closings():
    """Whoever closes a month waits for those who write into it, and they for it."""
    key = month_key("NEW.city_id", "NEW.month")
    return [
        pgtrigger.Trigger(
            name="month_closed",
            level=pgtrigger.Row,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert | pgtrigger.Update,
            func=f"""
    IF NEW.reopened_at IS NULL THEN
        PERFORM pg_advisory_xact_lock({key});
    END IF;
    RETURN NEW;
""",
        )
    ]
