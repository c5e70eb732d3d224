"""Answers of the dashboard with invented figures, none of them stored."""

from datetime import UTC, date, datetime

from cities.models import City
from evaluation.figures.answers import Answer
from evaluation.figures.asked import Asked
from evaluation.figures.figure import MISSING, Figure, State
from evaluation.models import Indicator, Release
from initiatives.calendar import months_before
from tests.measures import version as words

SUPPRESSED = Figure(State.SUPPRESSED)
NOT_APPLICABLE = Figure(State.NOT_APPLICABLE)
FIRST = date(2025, 1, 1)


def exactly(value, **fields):
    return Figure(State.VALUE, value, value, value, **fields)


def between(lower, upper, **fields):
    return Figure(State.VALUE, None, lower, upper, **fields)


def at_least(lower, upper=None):
    """What is hidden in part."""
    return Figure(State.SUPPRESSED, None, lower, upper)


def figure_of(given):
    """A number becomes an exact figure, None one that is missing; a Figure stays as it is."""
    if given is None:
        return MISSING
    return given if isinstance(given, Figure) else exactly(given)


def place(name, number):
    """A city somewhere in northern Italy that is not stored."""
    lat, lon = 44 + number % 5 * 0.4, 9 + number * 0.3
    return City(pk=number, name=name, slug=name.lower().replace(" ", "-"), region_id="08", lat=lat, lon=lon)


def total_of(figures):
    """What a factory can say of several periods: the sum of what is exact, or the first state."""
    values = [figure.value for figure in figures if figure.value is not None]
    return exactly(sum(values)) if values else figures[0]


def answer(figures, *, totals=None, before=None, parts=None, highlight=None, cities=None, **chosen):
    """Take {name of a city: [a figure for each period]}, all of one length, and return the Answer.

    `totals` and `before` are {name: figure}, `parts` {(name or None, category): figure}; a figure may be a
    number, or None where it is missing. What is chosen besides goes to Asked or to the indicator's version.
    """
    by_name = {city.name: city for city in cities or []}
    by_name |= {name: place(name, number) for number, name in enumerate(figures, 1) if name not in by_name}
    cities = [by_name[name] for name in figures]
    asked, version = asked_of(cities, max(map(len, figures.values())), by_name.get(highlight), chosen)
    rows = {by_name[name].pk: [figure_of(one) for one in row] for name, row in figures.items()}
    cells = {
        (pk, period): one for pk, row in rows.items() for period, one in zip(asked.periods, row, strict=True)
    }
    named = {by_name[name].pk: figure_of(one) for name, one in (totals or {}).items()}
    return Answer(
        asked=asked,
        version=version,
        release=Release(number=3, made_at=datetime(2026, 2, 10, 2, 30, tzinfo=UTC)),
        cities=cities,
        periods=asked.periods,
        cells=cells,
        totals={pk: total_of(row) for pk, row in rows.items()} | named,
        before={by_name[name].pk: figure_of(one) for name, one in (before or {}).items()},
        network={period: total_of([cells[pk, period] for pk in rows]) for period in asked.periods},
        overall=total_of([total_of(row) for row in rows.values()]),
        parts={
            (by_name[name].pk if name else None, category): figure_of(one)
            for (name, category), one in (parts or {}).items()
        },
    )


def asked_of(cities, length, highlight, chosen):
    """Return the Asked and the version of its indicator; each takes from `chosen` what it knows."""
    every = chosen.pop("every", "month")
    first = chosen.pop("first", FIRST)
    last = months_before(first, 1 - length * {"month": 1, "quarter": 3, "year": 12}[every])
    known = {name: chosen.pop(name) for name in [*chosen] if name in Asked.__dataclass_fields__}
    indicator = Indicator(pk=1, code=chosen.pop("code", "people-served"))
    asked = Asked(indicator, tuple(cities), first, last, every, highlight=highlight, **known)
    return asked, words(indicator, **chosen)
