"""From what was reviewed into the log: judged once more, and only as a whole."""

from initiatives.imports.errors import Stale
from initiatives.imports.log_engine.judging import ENTRIES, PEOPLE
from initiatives.imports.log_engine.staging import KEYS, PARTS, TYPES, keys_json
from initiatives.triggers import MEASURES, month_key
from thirdsector.models import Organisation

WRITTEN = ["day", "whole_month", "kind_id", "place", "delivered_by_id", *MEASURES, "note", "reference"]
# The first bits of these advisory locks: 1 are months, 2 runs, 3 exports.
IMPORT_LOCKS = 4
# From so many rows on, plans are made for sets.
MANY = 5_000
FROM_JSON = {"numeric(8, 2)": "numeric", "numeric(14, 2)": "numeric"}


def outcomes_of(run):
    """What of the reviewed rows is loaded."""
    return ["new", "changed", *(["alike"] if run.options.get("load_alike") else [])]


def restage(cursor, run):
    """Fill the temporary tables from the reviewed rows."""
    names = ", ".join(TYPES)
    typed = ", ".join(f"{name} {FROM_JSON.get(kind, kind)}" for name, kind in TYPES.items())
    cursor.execute(
        f"""
        INSERT INTO staged (number, {names})
        SELECT r.number, {", ".join(f"v.{name}" for name in TYPES)}
        FROM initiatives_importedrow AS r CROSS JOIN LATERAL jsonb_to_record(r.values) AS v ({typed})
        WHERE r.run_id = %s AND r.outcome = ANY (%s)
        """,
        [run.pk, outcomes_of(run)],
    )
    cursor.execute(
        f"""
        INSERT INTO staged_parts
        SELECT r.number, split_part(p.key, ' ', 1), split_part(p.key, ' ', 2), split_part(p.key, ' ', 3),
            (p.value ->> 0)::int, (p.value ->> 1)::int
        FROM initiatives_importedrow AS r CROSS JOIN LATERAL jsonb_each(r.values -> '{PARTS}') AS p
        WHERE r.run_id = %s AND r.outcome = ANY (%s) AND r.values ? '{PARTS}'
        """,
        [run.pk, outcomes_of(run)],
    )


def steady(cursor, rows):
    """Keep the triggers from plans that were made for one row, or for a table that was empty then.

    They serve a worker's connection for days: for a large set they would take minutes instead of seconds.
    """
    cursor.execute("DISCARD PLANS")
    if rows > MANY:
        cursor.execute("SET LOCAL enable_nestloop = off")


def hold(cursor, run, entry_lock):
    """Hold all that the load touches, in the order in which everybody holds it, before anything is read.

    First the initiatives, against another import of the same; then the months, against their closing; then
    the entries that change, against whoever edits them.
    """
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE touched ON COMMIT DROP AS
        SELECT i.id AS initiative_id, i.city_id, (v.day)::date AS day, NULL::bigint AS entry_id
        FROM initiatives_importedrow AS r
        CROSS JOIN LATERAL (
            SELECT r.values ->> 'initiative' AS code,
                coalesce(r.values ->> 'day', r.values ->> 'month') AS day
        ) AS v
        JOIN initiatives_initiative AS i ON i.code = v.code
        WHERE r.run_id = %(run)s AND r.outcome = ANY (%(loaded)s)
        UNION ALL
        SELECT e.initiative_id, e.city_id, days.day, e.id
        FROM initiatives_importedrow AS r JOIN {ENTRIES} AS e ON e.public_id = r.target
        CROSS JOIN unnest(ARRAY[
            e.day,
            coalesce(r.values ->> 'day', r.values ->> 'month')::date,
            (r.before -> '_row' ->> 'day')::date
        ]) AS days (day)
        WHERE r.run_id = %(run)s AND r.outcome = ANY (%(loaded)s)
        """,
        {"run": run.pk, "loaded": outcomes_of(run)},
    )
    cursor.execute(
        f"SELECT count(pg_advisory_xact_lock(key)) FROM (SELECT DISTINCT ({IMPORT_LOCKS}::bigint << 60)"
        " | initiative_id AS key FROM touched ORDER BY 1) AS keys"
    )
    cursor.execute(
        "SELECT count(pg_advisory_xact_lock_shared(key)) FROM ("
        f" SELECT DISTINCT {month_key('city_id', 'day')} AS key FROM touched WHERE day IS NOT NULL ORDER BY 1"
        ") AS keys"
    )
    cursor.execute(
        f"SELECT count(*) FROM (SELECT e.id FROM {ENTRIES} AS e JOIN touched AS t ON t.entry_id = e.id"
        f" ORDER BY e.id {entry_lock} OF e) AS held"
    )


def refuse_changed(cursor, run):
    """Raise Stale unless every row comes out as it was seen, of the same initiative, kind and body."""
    cursor.execute(
        f"""
        SELECT count(*) FROM (
            SELECT number, outcome, CASE WHEN outcome = 'changed' THEN target END, version,
                "values" -> '{KEYS}'
            FROM initiatives_importedrow WHERE run_id = %s AND outcome = ANY (%s)
            EXCEPT
            SELECT number, outcome, CASE WHEN outcome = 'changed' THEN target END, version, {keys_json("j")}
            FROM judged AS j
        ) AS different
        """,
        [run.pk, outcomes_of(run)],
    )
    if cursor.fetchone()[0]:
        raise Stale


def confirms(run, by):
    """SQL for whether saving a row confirms it, as the form has it (initiatives.actions.log.state)."""
    if run.organisation_id:
        return "false", []
    own = list(Organisation.objects.worked_in_by(by).values_list("pk", flat=True))
    return "(j.delivered_by_id IS NULL OR j.delivered_by_id <> ALL (%s::bigint[]))", [own]


def write(cursor, run, by):
    """Write the judged rows: entries before their parts, but what a total no longer covers goes first."""
    confirm, own = confirms(run, by)
    drop_parts(cursor)
    cursor.execute(
        f"""
        UPDATE {ENTRIES} AS e SET
            {", ".join(f"{name} = j.{name}" for name in WRITTEN)},
            confirmed_by_id = CASE WHEN {confirm} THEN %s END,
            confirmed_at = CASE WHEN {confirm} THEN now() END,
            returned_by_id = NULL, returned_at = NULL, return_note = '', version = e.version + 1
        FROM judged AS j WHERE j.outcome = 'changed' AND e.id = j.entry_id
        """,
        [*own, by.pk, *own],
    )
    cursor.execute(
        f"""
        INSERT INTO {ENTRIES} (public_id, initiative_id, city_id, {", ".join(WRITTEN)}, entered_by_id,
            entered_at, confirmed_by_id, confirmed_at, return_note, withdraw_reason, version)
        SELECT r.target, j.initiative_id, i.city_id, {", ".join(f"j.{name}" for name in WRITTEN)}, %s, now(),
            CASE WHEN {confirm} THEN %s END, CASE WHEN {confirm} THEN now() END, '', '', 1
        FROM judged AS j
        JOIN initiatives_importedrow AS r ON r.run_id = %s AND r.number = j.number
        JOIN initiatives_initiative AS i ON i.id = j.initiative_id
        WHERE j.outcome IN ('new', 'alike')
        ORDER BY j.initiative_id, j.delivered_by_id, j.reference, j.number
        """,
        [by.pk, *own, by.pk, *own, run.pk],
    )
    add_parts(cursor, run)


def drop_parts(cursor):
    """Take out the parts of changed entries that are no longer so."""
    cursor.execute(
        f"""
        DELETE FROM {PEOPLE} AS p USING judged AS j
        WHERE j.outcome = 'changed' AND p.intervention_id = j.entry_id AND NOT EXISTS (
            SELECT FROM judged_parts AS n
            WHERE n.number = j.number
                AND (n.sex, n.age_band, n.citizenship) = (p.sex, p.age_band, p.citizenship)
                AND n.people = p.people AND n.new_people IS NOT DISTINCT FROM p.new_people
        )
        """
    )


def add_parts(cursor, run):
    cursor.execute(
        f"""
        INSERT INTO {PEOPLE} (intervention_id, sex, age_band, citizenship, people, new_people)
        SELECT e.id, n.sex, n.age_band, n.citizenship, n.people, n.new_people
        FROM judged_parts AS n
        JOIN initiatives_importedrow AS r ON r.run_id = %s AND r.number = n.number
        JOIN {ENTRIES} AS e ON e.public_id = r.target
        LEFT JOIN {PEOPLE} AS p ON p.intervention_id = e.id
            AND (p.sex, p.age_band, p.citizenship) = (n.sex, n.age_band, n.citizenship)
        WHERE p.id IS NULL
        """,
        [run.pk],
    )
