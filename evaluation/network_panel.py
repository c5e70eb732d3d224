"""Three figures of all cities together on the first page, the one that is read most."""

from typing import NamedTuple

from django.core.cache import cache
from django.db.models import Count, Max
from django.template.loader import render_to_string

from cities.charts import spell_coverage
from evaluation.dashboard_form import cities_of_programme
from evaluation.figure_words import short_unit, written
from evaluation.figures.asked import Asked
from evaluation.figures.engine import answers
from evaluation.figures.figure import Figure
from evaluation.figures.periods import Period
from evaluation.figures.reader import Reader
from evaluation.figures.spans import last_year, published
from evaluation.page_panels import indicators_of
from evaluation.releases import current_release
from initiatives.models import Initiative

SHOWN = ["people-reached", "new-people", "third-sector-partners"]
# Seconds: the time in the programme and the population may be corrected without a release.
KEPT = 10 * 60


class Total(NamedTuple):
    """A figure without its words, which are of the reader's language, and the question that it answers."""

    code: str
    figure: Figure
    url: str
    period: Period
    known: int
    cities: int
    is_invented: bool


def network_figures(request, _regions):
    """The panel of the first page. A city's own people read there what the others read, too."""
    release = current_release()
    if release is None:
        return ""
    reader = Reader(sees_all=Reader.of(request.user).sees_all)
    totals = totals_for(release, reader)
    if not totals:
        return ""
    indicators = {one.code: one for one in indicators_of(SHOWN)}
    context = {
        "shown": [in_words(indicators[total.code], total) for total in totals if total.code in indicators],
        "period": totals[0].period,
        "release": release,
        "sees_all": reader.sees_all,
        "is_invented": any(total.is_invented for total in totals),
    }
    return render_to_string("evaluation/_panel_network.html", context, request)


def in_words(indicator, total):
    version = indicator.current
    return {
        "indicator": indicator,
        "version": version,
        "cell": written(total.figure, version),
        "unit": short_unit(version),
        "url": total.url,
        "coverage": spell_coverage(total.known, total.cities),
    }


def totals_for(release, reader):
    """Return the Totals; those that everybody reads are kept as long as they stay as they are."""
    if reader.sees_all:
        return totals_of(release, reader)
    return cache.get_or_set(f"network:{stamp_of(release)}", lambda: totals_of(release, reader), KEPT)


def stamp_of(release):
    """What changes whenever the public may read something else: a release, or what is published."""
    shown = Initiative.objects.published().aggregate(count=Count("pk"), latest=Max("published_at"))
    latest = shown["latest"].timestamp() if shown["latest"] else ""
    return f"{release.number}:{release.made_at.timestamp()}:{shown['count']}:{latest}"


def totals_of(release, reader):
    cities, indicators, year = tuple(cities_of_programme()), indicators_of(SHOWN), last_year(published())
    if not cities or not indicators:
        return []
    questions = [
        Asked(
            indicator=indicator,
            cities=cities,
            every_city=True,
            first=year.first,
            last=year.last,
            every="year",
            release=release,
        )
        for indicator in indicators
    ]
    return [total_of(answer, year) for answer in answers(questions, reader)]


def total_of(answer, year):
    return Total(
        answer.asked.indicator.code,
        answer.overall,
        answer.asked.url,
        year,
        len(answer.known),
        len(answer.cities),
        answer.is_invented,
    )
