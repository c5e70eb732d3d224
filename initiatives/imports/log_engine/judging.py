"""What each staged row does to the log, and what is wrong with it: over the whole file at once."""

from initiatives.imports import log_words
from initiatives.imports.errors import SendBack
from initiatives.imports.log_engine import rules
from initiatives.imports.log_engine.scope import Scope
from initiatives.imports.log_engine.staging import MOST_PROBLEMS, WORDS
from initiatives.imports.log_engine.world import insert, write_world
from initiatives.triggers import MEASURES

KEPT = ["place", *MEASURES, "note", "reference"]
# By these, and not by what is said about it, a row without identity is like another.
CONTENT = ["initiative_id", "day", "whole_month", "kind_id", "delivered_by_id", "place", *MEASURES]
ENTRIES = "initiatives_intervention"
PEOPLE = "initiatives_interventionpeople"


def judge(cursor, run, by, mapped, cells):
    """Take `staged` and `staged_parts` and make `judged`, one row for each staged one, and `found`.

    `mapped` are the names of the fields that the file says something about, `cells` its (sex, age band,
    citizenship, whether people, whether new people are counted). judged(number, outcome, entry_id, target,
    version, and the values an entry has afterwards); judged_parts(number, sex, age_band, citizenship, people,
    new_people); found(number, field, message).
    """
    scope = Scope(run, by)
    write_world(cursor, run, by)
    cursor.execute("CREATE TEMPORARY TABLE found (number int, field text, message text) ON COMMIT DROP")
    match(cursor, scope, set(mapped))
    want(cursor, scope, set(mapped))
    join_parts(cursor, cells)
    compare(cursor)
    rules.write(cursor, scope)
    refuse_hopeless(cursor)
    find_alike(cursor, scope)
    conclude(cursor)


def refuse_hopeless(cursor):
    cursor.execute("SELECT count(*) FROM found")
    if cursor.fetchone()[0] > MOST_PROBLEMS:
        raise SendBack.too_many_problems(MOST_PROBLEMS)


def match(cursor, scope, mapped):
    """Find the entries that the rows mean, among those seen from here: by identifier, else by reference."""
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE named ON COMMIT DROP AS
        SELECT s.*, a.id AS initiative_id, o.id AS organisation_id, k.id AS kind_id
        FROM (SELECT staged.*, {scope.body} AS body FROM staged) AS s
        LEFT JOIN allowed_initiatives AS a ON a.code = s.initiative
        LEFT JOIN thirdsector_organisation AS o ON o.fiscal_code = s.body
        LEFT JOIN allowed_kinds AS k ON k.code = s.kind
        """,
        scope.params,
    )
    cursor.execute("ANALYZE named")
    # Where the file does not say who delivered, the reference alone must tell the entry.
    says_body = "delivered_by" in mapped or scope.run.organisation_id
    same_body = "e.delivered_by_id IS NOT DISTINCT FROM n.organisation_id" if says_body else "true"
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE matched ON COMMIT DROP AS
        SELECT n.number, e.id AS entry_id FROM named AS n
        JOIN {ENTRIES} AS e ON e.public_id = n.id AND {scope.sees}
        UNION ALL
        SELECT n.number, min(e.id) FROM named AS n
        JOIN {ENTRIES} AS e ON e.initiative_id = n.initiative_id AND e.reference = n.reference
            AND {same_body} AND {scope.sees}
        WHERE n.id IS NULL AND n.reference <> '' AND e.reference <> '' AND e.withdrawn_at IS NULL
            AND NOT n.wrong && '{{id,delivered_by}}'
        GROUP BY n.number HAVING count(*) = 1
        """,
        scope.params,
    )
    cursor.execute("ANALYZE matched")
    if not says_body:
        refuse_ambiguous(cursor, scope)


def refuse_ambiguous(cursor, scope):
    cursor.execute(
        f"""
        INSERT INTO found (number, field, message)
        SELECT n.number, 'reference', %(ambiguous)s FROM named AS n
        JOIN {ENTRIES} AS e ON e.initiative_id = n.initiative_id AND e.reference = n.reference
            AND {scope.sees}
        WHERE n.id IS NULL AND n.reference <> '' AND e.reference <> '' AND e.withdrawn_at IS NULL
            AND NOT n.wrong && '{{id}}'
        GROUP BY n.number HAVING count(*) > 1
        """,
        scope.params | {"ambiguous": log_words.plain()["ambiguous"]},
    )


def want(cursor, scope, mapped):
    """Put together what each entry would say: the file where it has a column, else what is there."""

    def either(name, said, kept):
        return f"{said if name in mapped else kept} AS {name}"

    whole = ["CASE WHEN n.day IS NULL AND n.month IS NOT NULL THEN true END"] if "month" in mapped else []
    whole.append("coalesce(n.whole_month, false)" if "whole_month" in mapped else "e.whole_month")
    day = "coalesce(n.day, n.month)" if mapped & {"day", "month"} else "e.day"
    body = (
        "n.organisation_id" if "delivered_by" in mapped or scope.run.organisation_id else "e.delivered_by_id"
    )
    kept = [
        either(name, f"coalesce(n.{name}, '')" if name in WORDS else f"n.{name}", kept_value(name))
        for name in KEPT
    ]
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
        SELECT w.*, CASE WHEN whole_month THEN date_trunc('month', said_day)::date ELSE said_day END AS day
        FROM (
            SELECT n.number, n.wrong, n.id AS given, n.initiative AS said_initiative, n.body AS said_body,
                e.id AS entry_id, e.public_id, e.version, e.withdrawn_at, e.entered_by_id,
                e.initiative_id AS entry_initiative, e.city_id AS entry_city, e.day AS entry_day,
                e.delivered_by_id AS entry_body,
                {"n.initiative_id" if "initiative" in mapped else "e.initiative_id"} AS initiative_id,
                {"n.kind_id" if "kind" in mapped else "e.kind_id"} AS kind_id,
                {body} AS delivered_by_id,
                coalesce({", ".join(whole)}, false) AS whole_month,
                {day} AS said_day,
                {", ".join(kept)}
            FROM named AS n
            LEFT JOIN matched AS m USING (number)
            LEFT JOIN {ENTRIES} AS e ON e.id = m.entry_id
        ) AS w
        """
    )
    cursor.execute("CREATE INDEX ON wanted (number)")
    cursor.execute("ANALYZE wanted")


def kept_value(name):
    return f"coalesce(e.{name}, '')" if name in WORDS else f"e.{name}"


def join_parts(cursor, cells):
    """Put together the breakdown of each entry: the mapped cells of the file, the others as they are."""
    cursor.execute(
        "CREATE TEMPORARY TABLE mapped_cells (sex text, age_band text, citizenship text, with_people boolean,"
        " with_new boolean) ON COMMIT DROP"
    )
    insert(cursor, "mapped_cells", cells)
    key = "sex, age_band, citizenship"
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE present_parts ON COMMIT DROP AS
        SELECT m.number, {key}, p.people, p.new_people
        FROM matched AS m JOIN {PEOPLE} AS p ON p.intervention_id = m.entry_id
        """
    )
    cursor.execute("ANALYZE present_parts")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE judged_parts ON COMMIT DROP AS
        SELECT * FROM (
            SELECT number, {key},
                CASE WHEN c.with_people THEN s.people ELSE p.people END AS people,
                CASE
                    WHEN c.with_new THEN s.new_people
                    -- Who takes out the people of a part takes out the part.
                    WHEN c.with_people AND s.people IS NULL THEN NULL
                    ELSE p.new_people
                END AS new_people
            FROM staged_parts AS s
            FULL JOIN present_parts AS p USING (number, {key})
            LEFT JOIN mapped_cells AS c USING ({key})
        ) AS parts
        WHERE people IS NOT NULL OR new_people > 0
        """
    )
    cursor.execute("ANALYZE judged_parts")


def tidy(words):
    """SQL for a text as a cell of it would be read again (will_portal.common.tables.cells.plain_text)."""
    blanks = r"[ \t\r\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
    single = rf"regexp_replace(normalize({words}), '{blanks}', ' ', 'g')"
    return rf"btrim(regexp_replace({single}, ' ?\n ?', E'\n', 'g'), E' \n')"


def compare(cursor):
    """Tell which matched rows say nothing new: those are never judged further."""
    compared = ["initiative_id", "day", "whole_month", "kind_id", "delivered_by_id", *MEASURES]
    here = ", ".join(f"w.{name}" for name in compared)
    there = ", ".join(f"e.{name}" for name in compared)
    words = " AND ".join(f"(w.{name} = e.{name} OR w.{name} = {tidy(f'e.{name}')})" for name in WORDS)
    columns = "number, sex, age_band, citizenship, people, new_people"
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE same ON COMMIT DROP AS
        SELECT w.number FROM wanted AS w
        JOIN {ENTRIES} AS e ON e.id = w.entry_id
        WHERE w.wrong = '{{}}' AND ({here}) IS NOT DISTINCT FROM ({there}) AND {words}
        EXCEPT
        SELECT number FROM (
            (SELECT {columns} FROM judged_parts EXCEPT SELECT {columns} FROM present_parts)
            UNION ALL
            (SELECT {columns} FROM present_parts EXCEPT SELECT {columns} FROM judged_parts)
        ) AS different
        """
    )
    cursor.execute("CREATE INDEX ON same (number)")
    cursor.execute("ANALYZE same")


def parts_of(table, key):
    """SQL for the breakdowns of a table's rows as one text each, whatever their order."""
    words = "concat_ws(' ', sex, age_band, citizenship, people, coalesce(new_people::text, '-'))"
    return f"SELECT {key}, string_agg({words}, ', ' ORDER BY {words}) AS parts FROM {table} GROUP BY {key}"


def find_alike(cursor, scope):
    """Find the new rows without identity whose content an entry, or an earlier row of the file, has already.

    Sorted, not joined: nothing known is equal to nothing known here, and such a join would not hash.
    """
    content = ", ".join(CONTENT)
    cursor.execute(
        """
        CREATE TEMPORARY TABLE candidates ON COMMIT DROP AS
        SELECT w.* FROM wanted AS w
        WHERE w.entry_id IS NULL AND w.given IS NULL AND w.reference = '' AND w.wrong = '{}'
            AND NOT EXISTS (SELECT FROM found AS f WHERE f.number = w.number)
        """
    )
    cursor.execute("ANALYZE candidates")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE alike ON COMMIT DROP AS
        WITH days AS (SELECT DISTINCT initiative_id, day FROM candidates), present AS (
            SELECT e.* FROM days JOIN {ENTRIES} AS e USING (initiative_id, day)
            WHERE e.withdrawn_at IS NULL AND {scope.sees}
        )
        SELECT number FROM (
            SELECT number,
                row_number() OVER (PARTITION BY {content}, parts ORDER BY number NULLS FIRST) AS place
            FROM (
                SELECT number, {content}, parts FROM candidates
                LEFT JOIN ({parts_of("judged_parts", "number")}) AS p USING (number)
                UNION ALL
                SELECT NULL, {content}, parts FROM present AS e
                LEFT JOIN LATERAL (
                    {parts_of(f"{PEOPLE} WHERE intervention_id = e.id", "intervention_id")}
                ) AS p ON true
            ) AS both_sides
        ) AS placed WHERE place > 1 AND number IS NOT NULL
        """,
        scope.params,
    )


def conclude(cursor):
    """Give each row its outcome."""
    cursor.execute(
        """
        CREATE TEMPORARY TABLE judged ON COMMIT DROP AS
        SELECT w.*, coalesce(w.public_id, gen_random_uuid()) AS target,
            CASE
                WHEN w.wrong <> '{}' OR f.number IS NOT NULL THEN 'wrong'
                WHEN s.number IS NOT NULL THEN 'unchanged'
                WHEN w.entry_id IS NOT NULL THEN 'changed'
                WHEN a.number IS NOT NULL THEN 'alike'
                ELSE 'new'
            END AS outcome
        FROM wanted AS w
        LEFT JOIN same AS s USING (number)
        LEFT JOIN alike AS a USING (number)
        LEFT JOIN (SELECT DISTINCT number FROM found) AS f USING (number)
        """
    )
    cursor.execute("CREATE INDEX ON judged (number)")
    cursor.execute("ANALYZE judged")
