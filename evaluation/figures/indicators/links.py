"""The indicators that count organisations and cities, each once in all places and times together."""

from collections import defaultdict

from django.db import connection

from evaluation.figures.chosen import HOLDS, PERIODS, PUBLISHED
from evaluation.figures.figure import MISSING, Figure, State

RELEASED_PARTNERS = f"""SELECT initiative_id, city_id, organisation_id, begun, ended
    FROM evaluation_releasedpartner AS r WHERE {HOLDS.format("r")}"""  # nosec B608: names of our own
LIVE_PARTNERS = """SELECT initiative_id, city_id, organisation_id, since AS begun, until AS ended
    FROM initiatives_partner"""
# Links that a release knows: to adapt is declared by the other city.
ADAPTATIONS = f"""SELECT i.adapted_from, i.city_id FROM evaluation_releasedinitiative AS i
    WHERE i.adapted_from IS NOT NULL AND {HOLDS.format("i")} AND (i.is_published OR i.stage <> %(idea)s)"""  # nosec B608


def partners(chosen, is_live):
    """Yield (city, number of the period, organisation) of the roles that touch the period."""
    initiatives = chosen.own_initiatives if is_live else chosen.initiatives
    sql = f"""
        SELECT DISTINCT r.city_id, p.number, r.organisation_id
        FROM ({LIVE_PARTNERS if is_live else RELEASED_PARTNERS}) AS r
            JOIN {PERIODS} ON coalesce(r.begun <= (p.last + interval '1 month - 1 day')::date, TRUE)
                AND coalesce(r.ended >= p.first, TRUE)
        WHERE r.city_id = ANY (%(cities)s) AND r.initiative_id IN ({initiatives})
    """  # nosec B608: names of our own
    return rows(sql, chosen)


def adaptations(chosen, is_live):
    """Yield (city, number of the period, city that adapted one of its initiatives); all periods are alike."""
    initiatives = chosen.own_initiatives if is_live else chosen.initiatives
    rights = "" if is_live or chosen.reader.sees_all else PUBLISHED
    sql = f"""
        SELECT DISTINCT origin.city_id, p.number, adapted.city_id
        FROM ({ADAPTATIONS}{rights}) AS adapted
            JOIN initiatives_initiative AS origin ON origin.id = adapted.adapted_from
            CROSS JOIN {PERIODS}
        WHERE origin.city_id = ANY (%(cities)s) AND origin.city_id <> adapted.city_id
            AND origin.id IN ({initiatives})
    """  # nosec B608: names of our own
    return rows(sql, chosen)


def with_any(chosen, is_live):
    """Return the cities that have an initiative at all, of which none counted is a zero."""
    initiatives = chosen.own_initiatives if is_live else chosen.initiatives
    sql = f"SELECT DISTINCT city_id FROM initiatives_initiative WHERE id IN ({initiatives})"  # nosec B608
    return {city for (city,) in rows(sql, chosen)}


def rows(sql, chosen):
    with connection.cursor() as cursor:
        cursor.execute(sql, chosen.parameters)
        return cursor.fetchall()


INDICATORS = {"third-sector-partners": partners, "adaptations": adaptations}


def figures(code, released, live):
    """Return a function from (cities, number of a period) to the Figure of these cities together."""
    found, present = defaultdict(set), set()
    for chosen, is_live in [(released, False), (live, True)]:
        if chosen.cities and (is_live or chosen.release):
            present |= with_any(chosen, is_live)
            for city, number, counted in INDICATORS[code](chosen, is_live):
                found[city, number - 1].add(counted)

    def figure(cities, number):
        if not present & set(cities):
            return MISSING
        value = len(set().union(*(found[city, number] for city in cities)))
        return Figure(State.VALUE, value=value, lower=value, upper=value)

    return figure
