"""The sums of cities and periods, from released rows or from a city's own log, in one shape.

Each query answers for all cities and periods at once, however many initiatives there are.
"""

from typing import NamedTuple

from django.db import connection

from evaluation.families import COUNTED
from evaluation.figures.chosen import HOLDS, PERIODS
from evaluation.figures.kept import kept
from evaluation.figures.parts import parts_of, unknown_to
from evaluation.models import Family

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

    @classmethod
    def total(cls, several):
        inside, cut, is_cut, waits, is_pooled = zip(*several, strict=True)
        return cls(
            tuple(map(sum, zip(*inside, strict=True))),
            tuple(map(sum, zip(*cut, strict=True))),
            any(is_cut),
            any(waits),
            any(is_pooled),
        )

    @property
    def is_exact(self):
        return not self.is_cut


NOTHING = Sums((0,) * MOST_COLUMNS, (0,) * MOST_COLUMNS)


@kept
def released_sums(chosen, families):
    """Return {(family, city, number of the period): Sums} of what a release tells."""
    columns = range(1, max(len(COUNTED[family].columns) for family in families) + 1)
    # Added up by their own times first, of which there are few, and then by the periods asked for.
    sql = f"""
        WITH chosen AS MATERIALIZED ({chosen.initiatives}), parts AS (
            SELECT family, city_id, first, last, is_whole, bool_or({unknown_to(chosen.reader)}) AS is_unknown,
                bool_or(initiative_id IS NULL) AS of_city, {listed("sum(counts[{0}]) AS sum_{0}", columns)}
            FROM ({parts_of(chosen, families)}) AS f
            GROUP BY 1, 2, 3, 4, 5
        )
        SELECT family, city_id, number, bool_or(NOT is_inside), bool_or(is_unknown), bool_or(of_city),
            {listed(INSIDE_AND_CUT, columns)}
        FROM (
            SELECT f.*, p.number, is_whole AND f.first >= p.first AND f.last <= p.last AS is_inside
            FROM parts AS f JOIN {PERIODS} ON f.first <= p.last AND f.last >= p.first
        ) AS f
        GROUP BY 1, 2, 3
    """  # nosec B608: names of our own
    rest = (0,) * (MOST_COLUMNS - len(columns))
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters)
        return {
            (family, city, number - 1): Sums(
                (*sums[::2], *rest),
                # The same zeros again and again are kept only once.
                (*sums[1::2], *rest) if is_cut else NOTHING.cut,
                is_cut,
                is_unknown,
                of_city and not chosen.reader.sees_all,
            )
            for family, city, number, is_cut, is_unknown, of_city, *sums in cursor
        }


INSIDE_AND_CUT = """coalesce(sum(sum_{0}) FILTER (WHERE is_inside), 0),
    coalesce(sum(sum_{0}) FILTER (WHERE NOT is_inside), 0)"""


def listed(column, numbers):
    return ", ".join(column.format(number) for number in numbers)


@kept
def released_reached(chosen):
    """Return {(city, number of the period): the least numbers of different people, and of new ones}."""
    sql = f"""
        WITH chosen AS MATERIALIZED ({chosen.initiatives}), parts AS (
            SELECT f.city_id, f.first, f.last, f.initiative_id,
                max(f.largest) AS largest, NULL::numeric AS new
            FROM evaluation_releasedfigure AS f
            WHERE f.largest > 0 AND f.city_id = ANY (%(cities)s) AND {HOLDS.format("f")}
                AND {largest_of(chosen)} AND f.initiative_id IN (SELECT id FROM chosen)
            GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT f.city_id, f.first, f.last, f.initiative_id, NULL, sum(f.counts[1])
            FROM ({parts_of(chosen, {Family.NEW})}) AS f
            WHERE is_whole
            GROUP BY 1, 2, 3, 4
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


def largest_of(chosen):
    fits = "f.kind_id = ANY (%(kinds)s)" if chosen.asked.kind else "TRUE"
    fits += " AND f.delivered_by_id = %(body)s" if chosen.asked.organisation else ""
    return fits
