"""The parts of released trees that a question needs: whole ones, and those that hold other things, too.

What is read most lies in indexes of its own, so each kind of part is asked for by itself: see ReleasedFigure.
"""

from evaluation.disclosure import BODY, KIND, MONTH
from evaluation.figures.chosen import HOLDS
from evaluation.models import Family

COLUMNS = "family, city_id, first, last, initiative_id, is_published, waits, counts"
# Within the times asked for.
TIMES = """f.first <= (SELECT max(last) FROM unnest(%(lasts)s::date[]) AS last)
    AND f.last >= (SELECT min(first) FROM unnest(%(firsts)s::date[]) AS first)"""


def parts_of(chosen, families):
    """SQL for the rows of families: COLUMNS, is_whole; how much of the others is asked for nobody knows."""
    people = [f"'{family}'" for family in sorted(families) if family != Family.COST]
    parts = people_parts(chosen.asked, ", ".join(people)) if people else []
    if Family.COST in families:
        parts.append(money_part(chosen))
    return " UNION ALL ".join(
        f"""SELECT {COLUMNS}, {is_whole} AS is_whole FROM evaluation_releasedfigure AS f
        WHERE f.city_id = ANY (%(cities)s) AND {HOLDS.format("f")} AND {TIMES} AND {condition}"""  # nosec B608: names of our own
        for is_whole, condition in parts
    )


def people_parts(asked, families):
    """Return (whether they are whole, the condition) of parts of initiatives.

    A part that is not divided holds what is asked for and what is not.
    """
    own = f"f.family IN ({families}) AND f.initiative_id IN (SELECT id FROM chosen)"  # nosec B608
    kind, body = asked.kind is not None, asked.organisation is not None
    if not kind and not body:
        return [("NOT f.waits", f"{own} AND f.depth <= {MONTH}")]
    fits_kind = "f.kind_id = ANY (%(kinds)s)" if kind else "TRUE"
    if not body:
        return [
            ("TRUE", f"{own} AND f.depth = {KIND} AND {fits_kind}"),
            ("FALSE", f"{own} AND f.depth <= {MONTH} AND NOT f.is_divided"),
        ]
    # Of an initiative in which an organisation delivers nothing, nothing is cut: who does is public.
    delivers = f"""f.initiative_id IN (
        SELECT r.initiative_id FROM evaluation_releasedpartner AS r
        WHERE r.organisation_id = %(body)s AND r.role = 'implementer' AND {HOLDS.format("r")}
    )"""  # nosec B608: names of our own
    return [
        ("TRUE", f"{own} AND f.depth = {BODY} AND {fits_kind} AND f.delivered_by_id = %(body)s"),
        ("FALSE", f"{own} AND f.depth = {KIND} AND {fits_kind} AND NOT f.is_divided AND {delivers}"),
        ("FALSE", f"{own} AND f.depth <= {MONTH} AND NOT f.is_divided AND {delivers}"),
    ]


def money_part(chosen):
    """Money has no kinds below its months, and that of a whole city has no initiative: filters cut it."""
    is_cut = chosen.asked.kind or chosen.asked.organisation
    unknown = unknown_to(chosen.reader)
    whole = "f.initiative_id IS NOT NULL" if chosen.is_narrowed else "TRUE"
    is_whole = "FALSE" if is_cut else f"({whole} AND NOT {unknown})"
    return is_whole, f"f.family = '{Family.COST}' AND NOT f.is_divided AND {whose(chosen)}"


def whose(chosen):
    of_city = "" if chosen.reader.sees_all else f" AND (f.is_published OR ({JOINED_LATE}))"
    return f"(f.initiative_id IN (SELECT id FROM chosen) OR (f.initiative_id IS NULL{of_city}))"  # nosec B608


def unknown_to(reader):
    """SQL for what has counts of which not even the most is told to a reader."""
    return "f.waits" if reader.sees_all else "(f.waits OR (f.initiative_id IS NULL AND NOT f.is_published))"


# The money of an initiative stays in the sum where it was when its quarter was first told. So what was not
# published then lies, perhaps to this day, in the sum of the others, of which the public is told nothing.
JOINED_LATE = """EXISTS (
    SELECT FROM chosen JOIN evaluation_releasedinitiative AS mine ON mine.initiative_id = chosen.id
    CROSS JOIN LATERAL (
        SELECT min(t.since_id) AS release FROM evaluation_releasedfigure AS t
        WHERE t.family = f.family AND t.city_id = f.city_id AND NOT t.waits
            AND t.first <= f.last AND t.last >= f.first
    ) AS told
    WHERE mine.city_id = f.city_id AND mine.since_id <= %(release)s
    GROUP BY chosen.id, told.release
    HAVING coalesce(min(mine.since_id) FILTER (WHERE mine.is_published) > told.release, TRUE)
        OR bool_or(NOT mine.is_published AND (mine.until_id IS NULL OR mine.until_id > told.release))
)"""
