"""The rules of a row, as conditions over `wanted`: each says which fields it needs to have been read."""

from django.utils.translation import gettext as _

from initiatives.imports import log_words
from initiatives.imports.log_engine.staging import PARTS
from initiatives.imports.row_resource import TOLD

NEW = "w.entry_id IS NULL"
# As when it is saved: who delivered is asked about when it is new or another.
OTHER_BODY = "w.delivered_by_id IS DISTINCT FROM w.entry_body"
LAST = "CASE WHEN w.whole_month THEN (w.day + interval '1 month' - interval '1 day')::date ELSE w.day END"
DAY = ["day", "month", "whole_month"]
SERVED = ["people_served"]
# As row_resource.spell_rows: as many as fit into a sentence, of however many.
SPELLED = f"""
    array_to_string(numbers[:least(cardinality(numbers) - 1, {TOLD})], ', ') || ' ' || %(and)s || ' '
        || CASE WHEN cardinality(numbers) > {TOLD} THEN %(others)s
            ELSE numbers[cardinality(numbers)]::text END"""


def of_rows(run):
    """Return [(condition, field, name of the sentence or (SQL for it,), fields that must have been read)]."""
    return [*of_identity(), *of_days(), *of_counts(), *of_bodies(run)]


def of_identity():
    return [
        ("w.given IS NOT NULL AND w.entry_id IS NULL", "id", "unknown_id", ["id"]),
        ("w.withdrawn_at IS NOT NULL", "id", "withdrawn", ["id"]),
        (
            "w.said_initiative IS NULL AND w.initiative_id IS NULL",
            "initiative",
            "initiative",
            ["initiative", "id"],
        ),
        (
            "w.said_initiative IS NOT NULL AND w.initiative_id IS NULL",
            "initiative",
            "unknown_initiative",
            ["initiative"],
        ),
        ("w.initiative_id <> w.entry_initiative", "initiative", "moved", ["initiative", "id"]),
        (f"({NEW} OR {OTHER_BODY}) AND NOT a.loggable", "initiative", "not_loggable", ["initiative"]),
    ]


def of_days():
    return [
        ("w.day IS NULL", "day", "day", [*DAY, "id"]),
        ("w.day > %(today)s", "day", "future", DAY),
        ("w.day < %(first_day)s", "day", "ancient", DAY),
        (f"a.starts IS NOT NULL AND {LAST} < a.starts", "day", ("a.began",), [*DAY, "initiative"]),
        ("a.ends IS NOT NULL AND w.day > a.ends", "day", ("a.ended",), [*DAY, "initiative"]),
        ("c.told IS NOT NULL", "day", ("c.told",), [*DAY, "initiative"]),
        ("before.told IS NOT NULL AND c.told IS DISTINCT FROM before.told", "day", ("before.told",), []),
    ]


def of_counts():
    served, new = "w.people_served", "w.new_people"
    return [
        ("w.kind_id IS NULL", "kind", "kind", ["kind", "id"]),
        (
            f"{served} IS NULL AND w.households IS NULL AND w.contacts IS NULL",
            "people_served",
            "nothing_counted",
            ["people_served", "households", "contacts", "id"],
        ),
        (f"{new} IS NOT NULL AND {served} IS NULL", "new_people", "part_of_nothing", ["new_people", *SERVED]),
        (f"{new} > {served}", "new_people", "new_above_served", ["new_people", *SERVED]),
        (
            f"w.living_elsewhere IS NOT NULL AND {served} IS NULL",
            "living_elsewhere",
            "part_of_nothing",
            ["living_elsewhere", *SERVED],
        ),
        (
            f"w.living_elsewhere > {served}",
            "living_elsewhere",
            "elsewhere_above_served",
            ["living_elsewhere", *SERVED],
        ),
        ("p.above_part", PARTS, "part_new_above_people", [PARTS]),
        (f"p.people > coalesce({served}, 0)", PARTS, "parts_above_people", [PARTS, *SERVED]),
        (f"p.new_people > coalesce({new}, 0)", PARTS, "parts_above_new", [PARTS, "new_people"]),
        (f"p.old_people > {served} - {new}", PARTS, "parts_above_old", [PARTS, "new_people", *SERVED]),
    ]


def of_bodies(run):
    told = [*DAY, "delivered_by", "initiative"]
    foreign = " OR w.delivered_by_id <> %(body)s" if run.organisation_id else ""
    rules = [
        (
            "w.said_body IS NOT NULL AND w.delivered_by_id IS NULL"
            " OR w.delivered_by_id IS NOT NULL AND w.initiative_id IS NOT NULL AND b.organisation_id IS NULL"
            f" AND ({NEW} OR {OTHER_BODY}){foreign}",
            "delivered_by",
            "not_implementing",
            ["delivered_by", "initiative"],
        ),
        (f"b.since IS NOT NULL AND {LAST} < b.since", "day", ("b.since_told",), told),
        ("b.until IS NOT NULL AND w.day > b.until", "day", ("b.until_told",), told),
    ]
    if run.organisation_id:
        rules += [
            (
                "w.initiative_id IS NOT NULL AND NOT coalesce(b.current, false)",
                "initiative",
                "no_part_today",
                ["initiative", "delivered_by"],
            ),
        ]
    return rules


def write(cursor, scope):
    """Put what is wrong with the rows into `found`; of rows that say nothing new nothing is wrong."""
    sentences = log_words.plain()
    params = dict(scope.params)
    broken = []
    for number, (condition, field, said, needed) in enumerate(of_rows(scope.run)):
        bad = f"NOT w.wrong && '{{{','.join(needed)}}}' AND ({condition})"
        if isinstance(said, tuple):
            said = said[0]
        else:
            params[f"said_{number}"], said = sentences[said], f"%(said_{number})s"
        broken.append((bad, field, said))
    values = ", ".join(f"({bad}, '{field}', {said}::text)" for bad, field, said in broken)
    # Asked twice, since most rows break no rule, and need not be taken apart rule by rule.
    any_bad = " OR ".join(f"({bad})" for bad, _field, _said in broken)
    cursor.execute(
        f"""
        INSERT INTO found (number, field, message)
        SELECT w.number, r.field, r.message
        FROM wanted AS w
        LEFT JOIN same AS s USING (number)
        LEFT JOIN allowed_initiatives AS a ON a.id = w.initiative_id
        LEFT JOIN body_parts AS b
            ON b.initiative_id = w.initiative_id AND b.organisation_id = w.delivered_by_id
        LEFT JOIN closed_months AS c ON c.city_id = a.city_id AND c.month = date_trunc('month', w.day)::date
        LEFT JOIN closed_months AS before
            ON before.city_id = w.entry_city AND before.month = date_trunc('month', w.entry_day)::date
        LEFT JOIN (
            SELECT number, sum(people) AS people, sum(new_people) AS new_people,
                sum(people - new_people) AS old_people,
                bool_or(new_people IS NOT NULL AND new_people > coalesce(people, 0)) AS above_part
            FROM judged_parts GROUP BY number
        ) AS p USING (number)
        CROSS JOIN LATERAL (VALUES {values}) AS r (bad, field, message)
        WHERE s.number IS NULL AND ({any_bad}) AND r.bad
        """,
        params,
    )
    write_doubles(cursor, sentences)


def write_doubles(cursor, sentences):
    """Rows of the file that are the same entry, or take the same reference; each names all of them."""
    doubles = [
        ("coalesce(entry_id::text, given::text)", "given IS NOT NULL OR entry_id IS NOT NULL", "id"),
        (
            "(initiative_id, delivered_by_id, reference)::text",
            "reference <> '' AND initiative_id IS NOT NULL"
            " AND NOT wrong && '{reference,initiative,delivered_by}'",
            "reference",
        ),
    ]
    told = {"id": log_words.same_entry("ROWS"), "reference": log_words.same_reference("ROWS")}
    for key, condition, field in doubles:
        cursor.execute(
            f"""
            INSERT INTO found (number, field, message)
            SELECT number, %(field)s, replace(%(told)s, 'ROWS', rows)
            FROM (
                SELECT {SPELLED} AS rows, numbers FROM (
                    SELECT {key} AS key, array_agg(number ORDER BY number) AS numbers
                    FROM wanted WHERE {condition} GROUP BY 1 HAVING count(*) > 1
                ) AS together
            ) AS doubled CROSS JOIN unnest(numbers) AS number
            """,
            {"field": field, "told": told[field], "and": _("and"), "others": _("others")},
        )
    cursor.execute(
        """
        INSERT INTO found (number, field, message)
        SELECT DISTINCT w.number, 'reference', %s FROM wanted AS w
        LEFT JOIN same AS s USING (number)
        JOIN initiatives_intervention AS e
            ON e.initiative_id = w.initiative_id AND e.reference = w.reference
            AND e.delivered_by_id IS NOT DISTINCT FROM w.delivered_by_id
        WHERE w.reference <> '' AND e.reference <> '' AND e.withdrawn_at IS NULL AND s.number IS NULL
            AND e.id IS DISTINCT FROM w.entry_id AND NOT w.wrong && '{reference,initiative,delivered_by}'
        """,
        [sentences["reference_taken"]],
    )
