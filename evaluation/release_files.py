"""The figures of a release as one tidy file, and the book of its columns, codes and indicators."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from cities.models import City
from evaluation.figure_rows import COLUMNS, INITIATIVES, row
from evaluation.figures import spans
from evaluation.figures.asked import Asked, basis_of, finest
from evaluation.figures.engine import answer
from evaluation.figures.figure import Apart, State
from evaluation.figures.periods import Period
from evaluation.models import Indicator, ReleasedInitiative
from evaluation.models.indicators import Direction
from initiatives.codes import Origin
from initiatives.models import Initiative

MEANINGS = {
    "city": _("The name of the city."),
    "city_code": _("Its cadastral code, which stays for as long as the municipality exists."),
    "period": _(
        "2025-03 is a month, 2025-Q1 a quarter, 2025 a year: the shortest in which the indicator is told."
        " Files of the dashboard also have rows of the whole time, as 2025-02/2025-11, and for each city one"
        " of as many months before."
    ),
    "category": _("Empty: the figures of this file are not broken down."),
    "filters": _(
        "What the figure is restricted to, as the address of the dashboard writes it (area=FAM kind=A4). In"
        " this file only money of the budgets has it, basis=budgeted: nothing else is restricted."
    ),
    "indicator": _("The code of the indicator; see below what it means."),
    "value": _(
        "The figure, with a decimal point. Empty where it is not known exactly, and where there is none."
        " Money of the budgets is what was budgeted, not what was committed or paid."
    ),
    "lower": _("The lowest that the figure can be; where it is known exactly, the value itself."),
    "upper": _("The highest that the figure can be; empty where no upper end is known."),
    "state": _(
        "Why there is no figure, as one of the codes below; empty where there is one. Zero is a figure."
    ),
    "numerator": _("What was divided, of a rate."),
    "denominator": _("By what it was divided, of a rate."),
    "known": _(
        "How many entries of the log say what is asked; empty where nothing is counted or it is not told."
    ),
    "entries": _("How many entries there are; empty where nothing is counted or it is not told."),
    "months_published": _(
        "How many months of the period the figure is made of; empty where it is no sum of months."
    ),
    "months": _("In how many months of the period the city was in the programme."),
    "apart": _(
        "Why the figure is not to be compared with those beside it, as codes divided by blanks; see below."
    ),
    "population_year": _("The year of the population in a rate by residents."),
    "release": _("The number of the release."),
    "initiatives": _(
        "Of which initiatives the figure tells, as one of the codes below: the public and researchers read"
        " different figures in the same release."
    ),
    "version": _("The version of the indicator’s definition that was in force when the release was made."),
    "invented": _(
        "Whether the figure may come from initiatives invented for the demonstration: True or False."
    ),
}


def is_invented(release):
    """Return whether any of it may come from initiatives that were invented for the demonstration."""
    told = ReleasedInitiative.objects.at(release).values("initiative")
    return Initiative.objects.filter(origin=Origin.INVENTED, pk__in=told).exists()


def indicators_of(release):
    """The indicators in the words in force when the release was made."""
    return Indicator.objects.as_on(timezone.localdate(release.made_at))


def data_rows(release, reader):
    """Yield a row for each indicator, city and period, the shortest in which others than a city read it."""
    months = spans.published(release)
    if not months:
        return
    whole = Period(min(months), max(months))
    cities = tuple(City.objects.filter(programme_memberships__isnull=False).without_shapes().distinct())
    for indicator in indicators_of(release):
        yield from rows_of(asked_of(release, indicator, cities, whole), reader)


def asked_of(release, indicator, cities, whole):
    every = finest(indicator, is_own=False)
    period = spans.whole(whole, every)
    return Asked(
        indicator,
        cities,
        period.first,
        period.last,
        every,
        basis=basis_of(indicator),
        release=release,
        every_city=True,
    )


def rows_of(asked, reader):
    found = answer(asked, reader)
    for city in found.cities:
        for period, figure in zip(found.periods, found.of(city), strict=True):
            yield row(found, city, period.code, figure)


@dataclass(frozen=True)
class Codebook:
    """(code, what it means) of columns and codes, and the indicators."""

    columns: list
    states: list
    apart: list
    initiatives: list
    indicators: list


def codebook_of(release):
    return Codebook(
        columns=[(name, MEANINGS[name]) for name in COLUMNS],
        states=[(state.value, state.label) for state in State if state.value],
        apart=[(why.value, why.label) for why in Apart],
        initiatives=list(INITIATIVES.items()),
        indicators=list(indicators_of(release)),
    )


def codebook_rows(codebook):
    """Yield the codebook's rows, words in both languages."""
    for part in ["columns", "states", "apart", "initiatives"]:
        for code, meaning in getattr(codebook, part):
            yield described(part, code, in_both("meaning", meaning))
    for indicator in codebook.indicators:
        version = indicator.current
        words = {
            f"{name}_{language}": getattr(version, f"{field}_{language}")
            for name, field in [("name", "name"), ("meaning", "definition"), ("unit", "unit")]
            for language in ["it", "en"]
        }
        direction = in_both("direction", Direction(version.direction).label)
        yield described("indicators", indicator.code, words | direction | {"version": version.number})


def in_both(name, words):
    found = {}
    for language in ["it", "en"]:
        with override(language):
            found[f"{name}_{language}"] = str(words)
    return found


def described(part, code, words):
    names = ["name", "meaning", "unit", "direction"]
    empty = {f"{name}_{language}": "" for name in names for language in ["it", "en"]}
    return {"part": part, "code": code} | empty | {"version": ""} | words
