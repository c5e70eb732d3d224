"""What the check found out, as the rows that the review shows and the load starts from."""

from initiatives.imports.log_engine.staging import KEYS, PARTS, TYPES, keys_json
from initiatives.triggers import MEASURES

AMOUNTS = {"hours", "volunteer_hours", "cost"}
# Of an entry as it is, by the names of the columns of a file.
AS_IT_IS = {
    "id": "e.public_id",
    "initiative": "ei.code",
    "day": "e.day",
    "month": "NULL::date",
    "whole_month": "e.whole_month",
    "kind": "ek.code",
    "place": "e.place",
    "delivered_by": "eo.fiscal_code",
    **{name: f"e.{name}" for name in MEASURES},
    "note": "e.note",
    "reference": "e.reference",
}
# A staged row with its days and amounts as people write them.
AS_WRITTEN = "to_jsonb(staged) || jsonb_build_object({})".format(
    ", ".join(
        [
            "'day', to_char(day, 'DD/MM/YYYY'), 'month', to_char(month, 'MM/YYYY')",
            *(f"'{name}', replace({name}::text, '.', ',')" for name in sorted(AMOUNTS)),
        ]
    )
)
# Of the parts that are there, what the columns of the file are about.
MAPPED_PARTS = """(
    SELECT number, sex, age_band, citizenship,
        CASE WHEN with_people THEN people END AS people, CASE WHEN with_new THEN new_people END AS new_people
    FROM present_parts JOIN mapped_cells USING (sex, age_band, citizenship)
    WHERE with_people OR new_people IS NOT NULL
) AS mapped_parts"""


def as_json(pairs):
    """SQL for an object of {name: SQL for its value}; amounts travel as text, so that no cent is rounded."""
    said = (f"'{name}', {sql}{'::text' if name in AMOUNTS else ''}" for name, sql in pairs.items())
    return f"jsonb_build_object({', '.join(said)})"


def store(cursor, run, mapped, has_parts, problems):
    """Write an ImportedRow for each judged one and an ImportProblem for all that is wrong."""
    names = [name for name in TYPES if name in mapped]
    values = as_json({name: f"s.{name}" for name in names})
    values += f" || jsonb_build_object('{KEYS}', {keys_json('j')})"
    before = as_json({name: AS_IT_IS[name] for name in names})
    before += " || jsonb_build_object('_row', to_jsonb(e), '_parts', op.parts)"
    with_parts = ""
    if has_parts:
        values += f" || jsonb_build_object('{PARTS}', coalesce(sp.parts, '{{}}'))"
        before += f" || jsonb_build_object('{PARTS}', coalesce(mp.parts, '{{}}'))"
        with_parts = f"""
        LEFT JOIN ({parts_by_row("staged_parts")}) AS sp USING (number)
        LEFT JOIN ({parts_by_row(MAPPED_PARTS)}) AS mp USING (number)"""
    cursor.execute(
        f"""
        INSERT INTO initiatives_importedrow (run_id, number, outcome, target, version, "values", before)
        SELECT %s, number, j.outcome, CASE WHEN j.outcome <> 'wrong' THEN j.target END,
            CASE WHEN j.outcome <> 'wrong' THEN j.version END, {values},
            CASE WHEN j.outcome = 'changed' THEN {before} END
        FROM judged AS j
        JOIN staged AS s USING (number)
        {with_parts}
        LEFT JOIN initiatives_intervention AS e ON e.id = j.entry_id AND j.outcome = 'changed'
        LEFT JOIN initiatives_initiative AS ei ON ei.id = e.initiative_id
        LEFT JOIN initiatives_interventionkind AS ek ON ek.id = e.kind_id
        LEFT JOIN thirdsector_organisation AS eo ON eo.id = e.delivered_by_id
        LEFT JOIN ({parts_by_row("present_parts")}) AS op USING (number)
        """,
        [run.pk],
    )
    store_problems(cursor, run, problems)


def parts_by_row(table):
    return f"""
        SELECT number, jsonb_object_agg(
            concat_ws(' ', sex, age_band, citizenship), jsonb_build_array(people, new_people)
        ) AS parts
        FROM {table} GROUP BY number"""


def store_problems(cursor, run, problems):
    columns = 'run_id, number, "column", field, value, message'
    with cursor.copy(f"COPY initiatives_importproblem ({columns}) FROM STDIN") as copy:
        for number, column, field, value, message in problems:
            copy.write_row((run.pk, number, column, field, value[:200], message[:500]))
    indexes = {name: int(index) for index, name in run.mapping.items()}
    cursor.execute(
        f"""
        INSERT INTO initiatives_importproblem ({columns})
        SELECT %s, number, c.index, field,
            CASE WHEN c.index IS NULL THEN '' ELSE coalesce(s.said ->> field, '') END,
            left(message, 500)
        FROM found JOIN (SELECT number, {AS_WRITTEN} AS said FROM staged) AS s USING (number)
        LEFT JOIN unnest(%s::text[], %s::int[]) AS c (name, index) ON c.name = field
        """,
        [run.pk, list(indexes), list(indexes.values())],
    )
