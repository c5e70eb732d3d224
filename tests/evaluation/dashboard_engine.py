"""What stands in for the figures where a test is about the page and its files."""

from dataclasses import dataclass
from datetime import UTC, datetime

from evaluation.figures.answers import Answer
from evaluation.figures.figure import MISSING, Apart, Figure, State
from evaluation.models import Release
from tests.answers import between, exactly

OUTSIDE = Figure(State.NOT_APPLICABLE, apart=frozenset([Apart.OUTSIDE]))
PARTIAL = exactly(20, apart=frozenset([Apart.PARTIAL]), published=2, months=3)
STATES = [exactly(1234), exactly(0), Figure(State.SUPPRESSED), between(40, 75), PARTIAL, MISSING, OUTSIDE]
MADE = datetime(2026, 11, 21, 3, tzinfo=UTC)


@dataclass(frozen=True)
class Reader:
    own_cities: frozenset = frozenset()
    sees_all: bool = False

    @classmethod
    def of(cls, user):
        memberships = user.city_memberships.filter(until=None) if user.is_authenticated else []
        return cls(frozenset(membership.city_id for membership in memberships), bool(memberships))


def answer(asked, reader):
    """Answer with each kind of figure in turn, from another one on for each city."""
    periods, cities = asked.periods, list(asked.cities)
    live = set() if asked.release else {city.pk for city in cities} & reader.own_cities
    return Answer(
        asked=asked,
        version=asked.indicator.current,
        release=asked.release or Release.objects.first(),
        cities=cities,
        periods=periods,
        cells={
            (city.pk, period): STATES[(start + number) % len(STATES)]
            for start, city in enumerate(cities)
            for number, period in enumerate(periods)
        },
        totals={city.pk: total(7 if city.pk in live else 0) for city in cities},
        before={},
        network={period: exactly(9000) for period in periods},
        overall=exactly(91_000),
        parts=parts(cities) if asked.split else {},
        live=frozenset(live),
        sees_all=reader.sees_all,
    )


def total(unconfirmed):
    return exactly(5678, known=120, entries=134, published=22, months=24, unconfirmed=unconfirmed)


def parts(cities):
    told = {"F": exactly(600), "M": exactly(400), "X": Figure(State.SUPPRESSED)}
    return {
        (place, code): one for place in [None, *(city.pk for city in cities)] for code, one in told.items()
    }
