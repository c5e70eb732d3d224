"""What an import wrote is taken back as far as nobody has worked on it since."""

from initiatives.imports.log_engine.judging import ENTRIES, PEOPLE
from initiatives.imports.log_engine.loading import WRITTEN, outcomes_of
from initiatives.imports.log_engine.scope import Scope
from initiatives.models import Initiative
from thirdsector.models import Organisation

# A month of the entry as it is, or as it will be again (b), is closed.
CLOSED = """EXISTS (
    SELECT FROM initiatives_monthclosing AS c
    WHERE c.city_id = e.city_id AND c.reopened_at IS NULL
        AND c.month IN (date_trunc('month', e.day)::date, date_trunc('month', b.day)::date)
)"""
# Another entry has the reference that this one would have again.
TAKEN = f"""EXISTS (
    SELECT FROM {ENTRIES} AS o
    WHERE b.reference <> '' AND o.reference = b.reference AND o.initiative_id = b.initiative_id
        AND o.delivered_by_id IS NOT DISTINCT FROM b.delivered_by_id AND o.withdrawn_at IS NULL
        AND o.reference <> '' AND o.id <> e.id
)"""
STATE = ["confirmed_by_id", "confirmed_at", "returned_by_id", "returned_at", "return_note"]


def find(cursor, run, by):
    """Make `taken_back` (number, entry_id, outcome) of what is held, and `loaded` of all that was.

    Kept is what is another version than the load left, or withdrawn, or gone, or no longer of this place, or
    lies in a closed month now or once restored, or whose reference another entry has taken.
    """
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE loaded ON COMMIT DROP AS
        SELECT r.number, r.outcome, r.version, r.before, e.id AS entry_id
        FROM initiatives_importedrow AS r LEFT JOIN {ENTRIES} AS e ON e.public_id = r.target
        WHERE r.run_id = %s AND r.outcome = ANY (%s)
        """,
        [run.pk, outcomes_of(run)],
    )
    cursor.execute("ANALYZE loaded")
    scope = Scope(run, by)
    still = "true" if run.city_id else "e.initiative_id = ANY (%(still)s)"
    implemented = Initiative.objects.implemented_by(Organisation.objects.filter(pk=run.organisation_id))
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE taken_back ON COMMIT DROP AS
        SELECT l.number, l.entry_id, l.outcome FROM loaded AS l
        JOIN {ENTRIES} AS e ON e.id = l.entry_id
        LEFT JOIN jsonb_populate_record(NULL::{ENTRIES}, l.before -> '_row') AS b ON l.outcome = 'changed'
        WHERE e.withdrawn_at IS NULL AND {scope.sees} AND {still}
            AND e.version = CASE l.outcome WHEN 'changed' THEN l.version + 1 ELSE 1 END
            AND NOT {CLOSED} AND NOT {TAKEN}
        """,
        scope.params | {"still": list(implemented.values_list("pk", flat=True))},
    )
    cursor.execute("ANALYZE taken_back")


def kept(cursor):
    cursor.execute("SELECT number FROM loaded EXCEPT SELECT number FROM taken_back ORDER BY number")
    return [number for (number,) in cursor]


def take_back(cursor):
    """Delete what was created and restore what was changed; the history keeps both."""
    cursor.execute(f"DELETE FROM {PEOPLE} USING taken_back AS t WHERE intervention_id = t.entry_id")
    cursor.execute(
        f"DELETE FROM {ENTRIES} USING taken_back AS t WHERE id = t.entry_id AND t.outcome <> 'changed'"
    )
    restored = ", ".join(f"{name} = b.{name}" for name in [*WRITTEN, *STATE])
    cursor.execute(
        f"""
        UPDATE {ENTRIES} AS e SET {restored}, version = e.version + 1
        FROM taken_back AS t JOIN loaded AS l USING (number)
        CROSS JOIN LATERAL jsonb_populate_record(NULL::{ENTRIES}, l.before -> '_row') AS b
        WHERE t.outcome = 'changed' AND e.id = t.entry_id
        """
    )
    cursor.execute(
        f"""
        INSERT INTO {PEOPLE} (intervention_id, sex, age_band, citizenship, people, new_people)
        SELECT t.entry_id, split_part(p.key, ' ', 1), split_part(p.key, ' ', 2), split_part(p.key, ' ', 3),
            (p.value ->> 0)::int, (p.value ->> 1)::int
        FROM taken_back AS t JOIN loaded AS l USING (number)
        CROSS JOIN LATERAL jsonb_each(l.before -> '_parts') AS p
        WHERE t.outcome = 'changed' AND jsonb_typeof(l.before -> '_parts') = 'object'
        """
    )
