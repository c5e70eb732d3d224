"""The rows of downloads: one a figure, the same figures that the page shows, rounded as there."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.answer_coverage import spell_answer_coverage
from evaluation.figure_words import (
    filters,
    least_told,
    rounded,
    span_of,
    spell_category,
    spell_cities,
    spell_filters,
    spell_vintage,
    title_of,
)
from evaluation.figures.figure import Apart, State

ALL = "all"
LIVE = "live"
PUBLISHED, OWN = "published", "own"
INITIATIVES = {
    PUBLISHED: gettext_lazy("published initiatives only"),
    ALL: gettext_lazy("all initiatives, published or not; ideas only once they are published"),
    OWN: gettext_lazy("all initiatives of the city that reads its own log; of other cities as “all”"),
}
LICENCE = "CC BY 4.0"
FILTERS = ["area", "innovation", "lever", "stage", "initiative", "kind", "organisation", "basis"]
COLUMNS = {
    "city": gettext_lazy("city"),
    "city_code": gettext_lazy("cadastral code"),
    "period": gettext_lazy("period"),
    "category": gettext_lazy("category"),
    "filters": gettext_lazy("restricted to"),
    "indicator": gettext_lazy("indicator"),
    "value": gettext_lazy("value"),
    "lower": gettext_lazy("lowest possible"),
    "upper": gettext_lazy("highest possible"),
    "state": gettext_lazy("why there is no value"),
    "numerator": gettext_lazy("numerator"),
    "denominator": gettext_lazy("denominator"),
    "known": gettext_lazy("entries that say it"),
    "entries": gettext_lazy("entries"),
    "months_published": gettext_lazy("months published"),
    "months": gettext_lazy("months in the programme"),
    "apart": gettext_lazy("why not like the others"),
    "population_year": gettext_lazy("year of the population"),
    "release": gettext_lazy("release"),
    "initiatives": gettext_lazy("initiatives"),
    "version": gettext_lazy("version of the definition"),
    "invented": gettext_lazy("invented for the demonstration"),
}


def rows_of(answer):
    """Yield a row for each city and period, then for the whole time, then the same of all cities together.

    Each city has a row more, of as many months before. Where it was asked for, rows of the categories of a
    breakdown follow, of the whole time.
    """
    span = span_of(answer.asked)
    whole, earlier = span.code, span.before.code
    for city in answer.cities:
        for period, figure in zip(answer.periods, answer.of(city), strict=True):
            yield row(answer, city, period.code, figure)
        if len(answer.periods) > 1:
            yield row(answer, city, whole, answer.totals[city.pk])
        if city.pk in answer.before:
            yield row(answer, city, earlier, answer.before[city.pk])
    for period in answer.periods:
        yield row(answer, None, period.code, answer.network[period])
    if len(answer.periods) > 1:
        yield row(answer, None, whole, answer.overall)
    cities = {city.pk: city for city in answer.cities}
    for (place, category), figure in answer.parts.items():
        yield row(answer, cities.get(place), whole, figure, category)


def row(answer, city, period, figure, category=""):
    version = answer.version
    value = rounded(figure.value, version)
    return {
        "city": city.name if city else ALL,
        "city_code": city.cadastral_code if city else "",
        "period": period,
        "category": category,
        "filters": filter_codes(answer.asked),
        "indicator": answer.asked.indicator.code,
        "value": value,
        "lower": value if figure.value is not None else rounded(figure.lower, version),
        "upper": value if figure.value is not None else rounded(figure.upper, version),
        "state": str(figure.state.value),
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "known": figure.known,
        "entries": figure.entries,
        "months_published": figure.published,
        "months": figure.months,
        "apart": " ".join(why.value for why in Apart if why in figure.apart),
        "population_year": figure.population_year,
        "release": vintage(answer, city),
        "initiatives": initiatives_of(answer, city),
        "version": version.number,
        "invented": answer.is_invented,
    }


def filter_codes(asked):
    """Return what the figures are restricted to, as an address writes it: "area=FAM kind=A4"."""
    chosen = asked.parameters
    return " ".join(f"{name}={chosen[name]}" for name in FILTERS if name in chosen)


def vintage(answer, city):
    """The number of the release that a figure comes from, or that it was read live from a city's log."""
    if is_live(answer, city):
        return LIVE
    return answer.release.number if answer.release else None


def is_live(answer, city):
    return city.pk in answer.live if city else bool(answer.live)


def initiatives_of(answer, city=None):
    """Return of which initiatives a figure tells, of a city or of all together, as a code of INITIATIVES."""
    return OWN if is_live(answer, city) else initiatives_read(answer)


def initiatives_read(reading):
    """Return of which initiatives an Answer tells as released, or a Reader reads."""
    return ALL if reading.sees_all else PUBLISHED


def spell_initiatives(reading):
    if reading.sees_all:
        return _("All initiatives, published or not.")
    return _("Published initiatives only.")


def head_of(answer):
    """Return what must be known to read the rows, for a file without a page around it."""
    version, asked = answer.version, answer.asked
    return {
        "title": title_of(asked, version),
        "question": asked.parameters,
        "indicator": {
            "code": asked.indicator.code,
            "version": version.number,
            "name": version.name,
            "definition": version.definition,
            "limits": version.limits,
            "unit": version.unit,
            "numerator": version.numerator,
            "denominator": version.denominator,
        },
        "periods": {"whole": span_of(asked).code, "before": span_of(asked).before.code},
        "filters": {str(label): str(value) for label, value in filters(asked)},
        "coverage": spell_answer_coverage(answer),
        "read": spell_vintage(answer),
        "initiatives": initiatives_of(answer),
        "initiatives_codes": {code: str(words) for code, words in INITIATIVES.items()},
        "release": release_of(answer.release),
        "citation": citation_of(answer),
        "licence": LICENCE,
        "states": {state.value: str(state.label) for state in State},
        "apart": {why.value: str(why.label) for why in Apart},
        "categories": {code: spell_category(asked.split, code) for _place, code in answer.parts},
        "threshold": least_told(answer.version),
    }


def release_of(release):
    return release and {"number": release.number, "made_at": release.made_at}


def citation_of(answer):
    cited = f"{vintage_cited(answer)} {spell_initiatives(answer)}"
    return f"{_('Invented for the demonstration.')} {cited}" if answer.is_invented else cited


def vintage_cited(answer):
    words = {
        "title": title_of(answer.asked, answer.version),
        "cities": ", ".join([spell_cities(answer.cities), *spell_filters(answer.asked)]),
        "version": answer.version.number,
    }
    if answer.live or answer.release is None:
        words["day"] = date_format(timezone.localdate(), "DATE_FORMAT")
        return (
            _(
                "WILL – Welfare Innovation Local Lab: %(title)s, %(cities)s, definition version %(version)s."
                " Not all of it is published: read on %(day)s."
            )
            % words
        )
    words |= {
        "number": answer.release.number,
        "day": date_format(answer.release.made_at, "DATE_FORMAT"),
    }
    return (
        _(
            "WILL – Welfare Innovation Local Lab: %(title)s, %(cities)s, definition version %(version)s."
            " Release %(number)s of %(day)s."
        )
        % words
    )
