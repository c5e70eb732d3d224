"""The sums of cities and periods, from released rows or from a city's own log, in one shape.

Each query answers for all cities and periods at once, however many initiatives there are.
"""

from dataclasses import dataclass
from typing import NamedTuple

from django.db import connection

from evaluation.disclosure import BODY, KIND, MONTH
from evaluation.families import COUNTED
from evaluation.models import Family
from initiatives.codes import Stage

MOST_COLUMNS = max(len(counted.columns) for counted in COUNTED.values())


class Sums(NamedTuple):
    """What a family adds up to.

    `inside` are the sums of what lies wholly in the group, by column; `cut` those of what lies in it and in
    another, too, so that nobody can tell how much: the truth lies from `inside` to both together. Where
    something `waits`, it has no known end.
    """

    inside: tuple
    cut: tuple
    is_cut: bool = False
    waits: bool = False
    # Whether it has money of initiatives that were published once, and perhaps are no more.
    is_pooled: bool = False

    def __add__(self, other):
        return Sums(
            tuple(a + b for a, b in zip(self.inside, other.inside, strict=True)),
            tuple(a + b for a, b in zip(self.cut, other.cut, strict=True)),
            self.is_cut or other.is_cut,
            self.waits or other.waits,
            self.is_pooled or other.is_pooled,
        )

    @property
    def is_exact(self):
        return not self.is_cut


NOTHING = Sums((0,) * MOST_COLUMNS, (0,) * MOST_COLUMNS)


@dataclass(frozen=True)
class Chosen:
    """Which rows are asked for: cities, periods, and what narrows them down."""

    cities: list
    periods: list
    asked: object
    reader: object
    release: object = None

    @property
    def parameters(self):
        asked = self.asked
        return {
            "cities": self.cities,
            "firsts": [period.first for period in self.periods],
            "lasts": [period.last for period in self.periods],
            "release": self.release.number if self.release else 0,
            "area": asked.user_area,
            "innovation": asked.innovation_area,
            "lever": asked.innovation_lever,
            "stage": asked.stage,
            "initiative": asked.initiative and asked.initiative.pk,
            "kinds": kinds_of(asked.kind),
            "body": asked.organisation.pk if asked.organisation else None,
            "idea": Stage.IDEA,
        }

    @property
    def is_narrowed(self):
        asked = self.asked
        areas = asked.user_area or asked.innovation_area or asked.innovation_lever
        return bool(areas or asked.stage or asked.initiative)

    @property
    def initiatives(self):
        """SQL for the released initiatives that are asked for, and that the reader may know of."""
        rights = "" if self.reader.sees_all else PUBLISHED
        return RELEASED_INITIATIVES + rights + narrowed(self.asked, "i.initiative_id")

    @property
    def own_initiatives(self):
        return LIVE_INITIATIVES + narrowed(self.asked, "i.id")


def kinds_of(kind):
    """A kind and those below it: A has A1 and A1-PSW."""
    if kind is None:
        return None
    return list(type(kind).objects.filter(code__startswith=kind.code).values_list("pk", flat=True))


def narrowed(asked, initiative):
    conditions = {
        f"{initiative} = %(initiative)s": asked.initiative,
        "%(area)s = ANY (i.user_areas)": asked.user_area,
        "i.innovation_area = %(innovation)s": asked.innovation_area,
        "i.innovation_lever = %(lever)s": asked.innovation_lever,
        "i.stage = %(stage)s": asked.stage,
    }
    return "".join(f" AND {condition}" for condition, value in conditions.items() if value)


PERIODS = "unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY AS p (first, last, number)"
HOLDS = "{0}.since_id <= %(release)s AND ({0}.until_id IS NULL OR {0}.until_id > %(release)s)"
RELEASED_INITIATIVES = f"""
    SELECT i.initiative_id AS id FROM evaluation_releasedinitiative AS i
    WHERE i.city_id = ANY (%(cities)s) AND {HOLDS.format("i")}
        AND (i.is_published OR i.stage <> %(idea)s)
"""  # nosec B608: names of our own
# What was published then, and still is.
PUBLISHED = """ AND i.is_published AND EXISTS (
    SELECT FROM initiatives_initiative AS today
    WHERE today.id = i.initiative_id AND today.published_at IS NOT NULL
)"""
LIVE_INITIATIVES = "SELECT i.id FROM initiatives_initiative AS i WHERE i.city_id = ANY (%(cities)s)"


def released_sums(chosen, families):
    """Return {(family, city, number of the period): Sums} of what a release tells."""
    if not chosen.release or not chosen.cities:
        return {}
    is_inside, is_asked = conditions(chosen)
    columns = ", ".join(
        f"coalesce(sum(f.counts[{n}]) FILTER (WHERE is_inside), 0),"
        f" coalesce(sum(f.counts[{n}]) FILTER (WHERE NOT is_inside), 0)"
        for n in range(1, MOST_COLUMNS + 1)
    )
    sql = f"""
        WITH chosen AS MATERIALIZED ({chosen.initiatives})
        SELECT f.family, f.city_id, f.number, bool_or(NOT is_inside), bool_or(waits),
            bool_or(f.initiative_id IS NULL), {columns}
        FROM (
            SELECT f.*, p.number,
                NOT f.waits AND f.first >= p.first AND f.last <= p.last AND {is_inside} AS is_inside
            FROM evaluation_releasedfigure AS f JOIN {PERIODS} ON f.first <= p.last AND f.last >= p.first
            WHERE f.family = ANY (%(families)s) AND f.city_id = ANY (%(cities)s) AND {HOLDS.format("f")}
                AND f.depth <= {deepest(chosen, families)} AND {is_asked} AND {whose(chosen)}
        ) AS f
        GROUP BY 1, 2, 3
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters | {"families": list(families)})
        return {
            (family, city, number - 1): Sums(
                tuple(sums[::2]), tuple(sums[1::2]), is_cut, waits, is_pooled and not chosen.reader.sees_all
            )
            for family, city, number, is_cut, waits, is_pooled, *sums in cursor
        }


def conditions(chosen):
    """SQL for which parts of the trees are whole in what is asked, and which are of any use at all.

    A part that is not divided holds what is asked for and what is not.
    """
    money = f"f.family = '{Family.COST}'"
    kind, body = chosen.asked.kind is not None, chosen.asked.organisation is not None
    if not kind and not body:
        # Money has no kinds below its months: its undivided parts are all there is.
        asked = f"(CASE WHEN {money} THEN NOT f.is_divided ELSE f.depth <= {MONTH} END)"
        return whole_city(chosen, money), asked
    depth = BODY if body else KIND
    fits_kind = "f.kind_id = ANY (%(kinds)s)" if kind else "TRUE"
    fits_body = "f.delivered_by_id = %(body)s" if body else "TRUE"
    # Of an initiative in which an organisation delivers nothing, nothing is cut: who does is public.
    delivers = f"""f.initiative_id IN (
        SELECT r.initiative_id FROM evaluation_releasedpartner AS r
        WHERE r.organisation_id = %(body)s AND r.role = 'implementer' AND {HOLDS.format("r")}
    )"""  # nosec B608: names of our own
    cut = f"NOT f.is_divided AND (f.depth < {KIND} OR {fits_kind})"
    cut += f" AND {delivers}" if body else ""
    whole = f"f.depth = {depth} AND {fits_kind} AND {fits_body}"
    return (
        f"(f.depth = {depth} AND NOT {money})",
        f"(CASE WHEN {money} THEN NOT f.is_divided ELSE ({whole}) OR (f.depth < {depth} AND {cut}) END)",
    )


def whole_city(chosen, money):
    """The money of a whole city has no initiative: whatever narrows initiatives down cuts it."""
    return f"NOT ({money} AND f.initiative_id IS NULL)" if chosen.is_narrowed else "TRUE"


def whose(chosen):
    of_city = (
        "f.initiative_id IS NULL"
        if chosen.reader.sees_all
        else "(f.initiative_id IS NULL AND f.is_published)"
    )
    return f"(f.initiative_id IN (SELECT id FROM chosen) OR {of_city})"  # nosec B608: names of our own


def released_reached(chosen):
    """Return {(city, number of the period): the least numbers of different people, and of new ones}."""
    if not chosen.release or not chosen.cities:
        return {}
    is_inside, is_asked = conditions(chosen)
    sql = f"""
        WITH chosen AS MATERIALIZED ({chosen.initiatives}), parts AS (
            SELECT f.city_id, f.first, f.last, f.initiative_id, f.largest, NULL::numeric AS new
            FROM evaluation_releasedfigure AS f
            WHERE f.largest > 0 AND f.city_id = ANY (%(cities)s) AND {HOLDS.format("f")}
                AND {largest_of(chosen)} AND f.initiative_id IN (SELECT id FROM chosen)
            UNION ALL
            SELECT f.city_id, f.first, f.last, f.initiative_id, NULL, f.counts[1]
            FROM evaluation_releasedfigure AS f
            WHERE f.family = '{Family.NEW}' AND f.depth <= {deepest(chosen, {Family.NEW})} AND NOT f.waits
                AND f.city_id = ANY (%(cities)s) AND {HOLDS.format("f")} AND {is_inside} AND {is_asked}
                AND f.initiative_id IN (SELECT id FROM chosen)
        )
        SELECT city_id, number, max(greatest(largest, new)), max(new) FROM (
            SELECT f.city_id, p.number, f.initiative_id, max(f.largest), sum(f.new)
            FROM parts AS f JOIN {PERIODS} ON f.first >= p.first AND f.last <= p.last
            GROUP BY 1, 2, 3
        ) AS by_initiative (city_id, number, initiative_id, largest, new)
        GROUP BY 1, 2
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters)
        return {
            (city, number - 1): (int(reached or 0), int(new or 0)) for city, number, reached, new in cursor
        }


def deepest(chosen, families):
    """How deep the trees have to be read: most rows lie deeper than most questions ask."""
    if chosen.asked.organisation or Family.COST in families:
        return BODY
    return KIND if chosen.asked.kind else MONTH


def largest_of(chosen):
    fits = "f.kind_id = ANY (%(kinds)s)" if chosen.asked.kind else "TRUE"
    fits += " AND f.delivered_by_id = %(body)s" if chosen.asked.organisation else ""
    return fits
