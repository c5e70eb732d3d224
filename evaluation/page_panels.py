"""Figures on the pages of a city and of an initiative, each a link to the dashboard that shows the same."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.template.loader import render_to_string

from cities.charts import spell_standing
from evaluation.dashboard_form import cities_of_programme
from evaluation.figure_words import short_unit, spell_release, spell_span, spell_vintage, written
from evaluation.figures.answers import Answer
from evaluation.figures.asked import Asked
from evaluation.figures.engine import answers
from evaluation.figures.figure import State
from evaluation.figures.periods import Period, around
from evaluation.figures.reader import Reader
from evaluation.figures.spans import YEAR, last_quarter, limited, opening, published
from evaluation.models import Indicator, ReleasedMonth
from evaluation.pictures import panels
from evaluation.pictures.comparing import change_of
from evaluation.releases import current_release
from initiatives.calendar import months_before
from initiatives.models import Initiative

OF_CITY = [
    "people-reached",
    "new-people",
    "new-share",
    "cost-per-person",
    "served-per-1000",
    "months-closed",
]
OF_INITIATIVE = ["people-reached", "deliveries", "cost-per-person"]
DRAWN_OF_INITIATIVE = "people-served"
TOLD = {State.VALUE, State.SUPPRESSED}


class Place(NamedTuple):
    place: int
    known: int
    cities: int


@dataclass(frozen=True)
class Shown:
    """A figure of an Answer with what is said beside it: of `city`, or of all cities together."""

    answer: Answer
    city: object = None
    # The same indicator over more time, for the drawing.
    trend: Answer | None = None

    @property
    def indicator(self):
        return self.answer.asked.indicator

    @property
    def version(self):
        return self.answer.version

    @property
    def url(self):
        return self.answer.asked.url

    @property
    def figure(self):
        return self.answer.totals[self.city.pk] if self.city else self.answer.overall

    @cached_property
    def cell(self):
        return written(self.figure, self.version)

    @property
    def unit(self):
        return short_unit(self.version)

    @property
    def change(self):
        before = self.answer.before.get(self.city.pk)
        return change_of(self.figure, before, self.version)

    @property
    def standing(self):
        places = {city.pk: place for place, city, *_figures in self.answer.ranking if place}
        if self.city.pk not in places:
            return ""
        return spell_standing(Place(places[self.city.pk], len(places), len(self.answer.cities)))

    @property
    def lowest_first(self):
        return self.version.direction == "down"

    @cached_property
    def picture(self):
        """What the drawing needs; None where there is nothing to draw."""
        if self.trend is None or len(self.trend.periods) < 2:
            return None
        if not any(figure.state in TOLD for figure in self.trend.of(self.city)):
            return None
        return panels.context_of_one(self.trend, self.city)


def indicators_of(codes):
    """Return the indicators with these codes, in this order, each with its current version."""
    found = {one.code: one for one in Indicator.objects.with_current().filter(code__in=codes)}
    return [found[code] for code in codes if code in found]


def city_figures(request, city):
    """The panel of a city's page: what is read of it in the last year, among the others."""
    release, reader = current_release(), Reader.of(request.user)
    if release is None and city.pk not in reader.own_cities:
        return ""
    cities = tuple(cities_of_programme())
    indicators = indicators_of(OF_CITY)
    if city not in cities or not indicators:
        return ""
    shown = shown_of_city(city, cities, indicators, reader)
    states = {figure.state for one in shown if is_of_log(one) for figure in one.trend.of(city)}
    if states == {State.NOT_APPLICABLE}:
        return ""
    first = shown[0].answer
    context = {
        "city": city,
        "shown": shown if states & TOLD else [],
        "span": spell_span(first.asked),
        "vintage": spell_vintage(first),
        "sees_all": reader.sees_all,
        "is_invented": first.is_invented,
    }
    return render_to_string("evaluation/_panel_city.html", context, request)


def is_of_log(shown):
    """Whether it tells of deliveries: of months that are not closed there is always something to say."""
    return shown.indicator.code != "months-closed"


def shown_of_city(city, cities, indicators, reader):
    """Return a Shown for each indicator: the figure of four quarters, drawn over eight."""
    counts = published()
    trend = opening(counts, 1)
    year = Period(max(trend.first, months_before(trend.last, YEAR - 1)), trend.last)
    questions = [
        Asked(
            indicator=indicator,
            cities=cities,
            every_city=True,
            highlight=city,
            first=period.first,
            last=period.last,
            every="quarter",
        )
        for period in [year, trend]
        for indicator in indicators
    ]
    found = answers(questions, reader)
    count = len(indicators)
    return [Shown(found[number], city, found[count + number]) for number in range(count)]


def initiative_figures(request, initiative):
    """The panel of an initiative's page: what is read of it since it began."""
    release, reader = current_release(), Reader.of(request.user)
    if release is None and initiative.city_id not in reader.own_cities:
        return ""
    if not Initiative.objects.loggable().filter(pk=initiative.pk).exists():
        return ""
    period = time_of(initiative)
    indicators = indicators_of([*OF_INITIATIVE, DRAWN_OF_INITIATIVE])
    if period is None or not indicators:
        return ""
    found = answers(questions_on(initiative, indicators, period), reader)
    city = initiative.city
    if not any(answer.totals[city.pk].state in TOLD for answer in found):
        return ""
    shown = {answer.asked.indicator.code: Shown(answer, city, answer) for answer in found}
    context = {
        "badges": [shown[code] for code in OF_INITIATIVE if code in shown],
        "drawn": shown.get(DRAWN_OF_INITIATIVE),
        "has_deliveries": "deliveries" not in shown or shown["deliveries"].figure.value != 0,
        "span": spell_span(found[0].asked),
        "vintage": spell_vintage(found[0]) if found[0].live else f"{spell_release(release)}.",
    }
    return render_to_string("evaluation/_panel_initiative.html", context, request)


def time_of(initiative):
    """Return from when it began, or its city to publish, to the last quarter published; None before that."""
    months = ReleasedMonth.objects.filter(city=initiative.city_id).values_list("month", flat=True)
    counts = dict.fromkeys(months, 1)
    time = opening(counts, 1)
    first, last = around(min(counts, default=time.first), "quarter").first, last_quarter(counts).last
    if initiative.starts:
        first = max(first, around(initiative.starts.replace(day=1), "quarter").first)
    return limited(Period(first, last)) if first <= last else None


def questions_on(initiative, indicators, period):
    return [
        Asked(
            indicator=indicator,
            cities=(initiative.city,),
            initiative=initiative,
            highlight=initiative.city,
            first=period.first,
            last=period.last,
            every="quarter",
        )
        for indicator in indicators
    ]
