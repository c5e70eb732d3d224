"""The sums of a city as it reads them itself: the confirmed entries of its log, with nothing hidden."""

from collections import defaultdict
from types import SimpleNamespace

from django.db import connection

from evaluation.families import COUNTED
from evaluation.figures.chosen import PERIODS
from evaluation.figures.sums import MOST_COLUMNS, Sums
from evaluation.models import Family
from evaluation.querysets import MonthlyTotalQuerySet

MEASURES = MonthlyTotalQuerySet.summable
UNCONFIRMED = "unconfirmed"


def live_sums(chosen, families):
    """Return {(family, city, number of the period): Sums}, and of UNCONFIRMED the number of entries."""
    if not chosen.cities:
        return {}
    found = {}
    for city, number, unconfirmed, row in totals(chosen):
        for family in families:
            if not COUNTED[family].is_breakdown:
                found[family, city, number] = exactly(COUNTED[family].reckon(row))
        found[UNCONFIRMED, city, number] = unconfirmed
    for family in families:
        if COUNTED[family].is_breakdown:
            found |= broken_down(chosen, COUNTED[family], found)
    return found


def exactly(counts):
    rest = (0,) * (MOST_COLUMNS - len(counts))
    return Sums((*counts, *rest), (0,) * MOST_COLUMNS)


def totals(chosen):
    """Yield (city, number of the period, unconfirmed entries, sums with the names of MonthlyTotal)."""
    columns = ", ".join(f"coalesce(sum(t.{name}) FILTER (WHERE t.confirmed), 0)" for name in MEASURES)
    sql = f"""
        SELECT t.city_id, p.number, coalesce(sum(t.entries) FILTER (WHERE NOT t.confirmed), 0), {columns}
        FROM evaluation_monthlytotal AS t JOIN {PERIODS} ON t.month BETWEEN p.first AND p.last
        WHERE t.city_id = ANY (%(cities)s) AND {those(chosen)}
        GROUP BY 1, 2
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters)
        for city, number, unconfirmed, *sums in cursor:
            yield (
                city,
                number - 1,
                int(unconfirmed),
                SimpleNamespace(**dict(zip(MEASURES, sums, strict=True))),
            )


def those(chosen):
    """SQL for the rows that are asked for."""
    asked = f"t.initiative_id IN ({chosen.own_initiatives})"
    if chosen.asked.kind:
        asked += " AND t.kind_id = ANY (%(kinds)s)"
    if chosen.asked.organisation:
        asked += " AND t.delivered_by_id = %(body)s"
    return asked


def broken_down(chosen, counted, found):
    """Return the Sums of a breakdown; who is not told apart is what is missing to the people served."""
    people = defaultdict(lambda: dict.fromkeys(counted.columns, 0))
    sql = f"""
        SELECT t.city_id, p.number, t.sex, t.age_band, t.citizenship, sum(t.people)
        FROM evaluation_monthlypeople AS t JOIN {PERIODS} ON t.month BETWEEN p.first AND p.last
        WHERE t.confirmed AND t.city_id = ANY (%(cities)s)
            AND t.initiative_id IN ({chosen.own_initiatives})
        GROUP BY 1, 2, 3, 4, 5
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters)
        for city, number, *codes, told in cursor:
            column = counted.reckon(*codes)
            people[city, number - 1][column if column in counted.columns else counted.columns[-1]] += told
    return {
        (counted.family, city, number): with_rest(people[city, number], sums)
        for (family, city, number), sums in found.items()
        if family == Family.SERVED
    }


def with_rest(counts, served):
    *told, _rest = counts.values()
    return exactly((*told, served.inside[0] - sum(told)))


def live_reached(chosen):
    """Return {(city, number of the period): the least numbers of different people, and of new ones}."""
    if not chosen.cities:
        return {}
    sql = f"""
        SELECT city_id, number, max(greatest(largest, new)), max(new) FROM (
            SELECT t.city_id, p.number, max(t.largest_entry), sum(t.new_people)
            FROM evaluation_monthlytotal AS t JOIN {PERIODS} ON t.month BETWEEN p.first AND p.last
            WHERE t.confirmed AND t.city_id = ANY (%(cities)s) AND {those(chosen)}
            GROUP BY t.city_id, p.number, t.initiative_id
        ) AS by_initiative (city_id, number, largest, new)
        GROUP BY 1, 2
    """  # nosec B608: names of our own
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters)
        return {(city, number - 1): (int(reached), int(new)) for city, number, reached, new in cursor}
