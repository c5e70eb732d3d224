"""From a question to its answer: which figures somebody may read, of which vintage, and how they are made."""

from dataclasses import dataclass, replace
from functools import cached_property, partial

from cities.models import ContextFigure
from evaluation.families import COUNTED
from evaluation.figures.answers import Answer
from evaluation.figures.figure import Apart, Figure, State
from evaluation.figures.groups import Group, Population, added
from evaluation.figures.indicators import completeness, ledger, links, log
from evaluation.figures.live import UNCONFIRMED, live_reached, live_sums
from evaluation.figures.membership import Calendar
from evaluation.figures.periods import Period
from evaluation.figures.reader import Reader
from evaluation.figures.sums import Chosen, released_reached, released_sums
from evaluation.models import Family
from evaluation.models.indicators import OverTime
from evaluation.releases import current_release

__all__ = ["Reader", "answer"]
BREAKDOWNS = {"sex": Family.SEX, "age": Family.AGE, "citizenship": Family.CITIZENSHIP}
POPULATION = "resident-population"
NOT_APPLICABLE = Figure(State.NOT_APPLICABLE)


def answer(asked, reader):
    """Return the Answer to a question, with the figures that this reader may read."""
    return Answering(asked, reader).answer()


@dataclass
class Answering:
    asked: object
    reader: object

    @cached_property
    def release(self):
        return self.asked.release or current_release()

    @cached_property
    def live(self):
        """The cities that are read as they stand; whoever asks for a release reads what others read."""
        own = self.reader.own_cities if self.asked.release is None else frozenset()
        return frozenset(city.pk for city in self.asked.cities) & own

    @cached_property
    def periods(self):
        """Those asked for, all of them together, and as many months before."""
        whole = Period(self.asked.first, self.asked.last)
        return [*self.asked.periods, whole, whole.before]

    @cached_property
    def calendar(self):
        return Calendar.of([city.pk for city in self.asked.cities], self.live, self.release)

    def chosen(self, is_live):
        cities = [city.pk for city in self.asked.cities if (city.pk in self.live) == is_live]
        return Chosen(cities, self.periods, self.asked, self.reader, self.release)

    def answer(self):
        figure = self.figures()
        cities = self.asked.cities
        whole, before = len(self.periods) - 2, len(self.periods) - 1
        numbers = range(whole)
        return Answer(
            asked=self.asked,
            version=self.asked.indicator.current,
            release=self.release,
            cities=list(cities),
            periods=self.periods[:whole],
            cells={
                (city.pk, self.periods[number]): figure([city.pk], number)
                for city in cities
                for number in numbers
            },
            totals={city.pk: figure([city.pk], whole) for city in cities},
            before={city.pk: figure([city.pk], before) for city in cities},
            network={self.periods[number]: figure(self.every, number) for number in numbers},
            overall=figure(self.every, whole),
            parts=self.parts(whole) if self.asked.split else {},
            live=self.live,
        )

    def figures(self):
        """Return a function from (ids of cities, number of a period) to the Figure of these together."""
        code, released, live = self.asked.indicator.code, self.chosen(False), self.chosen(True)
        if code in log.INDICATORS:
            families, make = log.INDICATORS[code]
            groups = self.groups(released, live, {Family.SERVED, *families})
            return lambda cities, number: self.figure_of(groups, make, cities, number)
        if self.asked.kind or self.asked.organisation:
            return lambda cities, number: NOT_APPLICABLE
        if code in ledger.INDICATORS:
            return self.in_context(ledger.figures(code, released, live))
        if code in links.INDICATORS:
            return self.in_context(links.figures(code, released, live))
        if released.is_narrowed:
            return lambda cities, number: NOT_APPLICABLE
        return self.in_context(completeness.months_closed(self.calendar, self.periods, self.release))

    def groups(self, released, live, families):
        """Return {(city, number of the period): Group} of those of which something is known."""
        sums = released_sums(released, families) | live_sums(live, families)
        least = released_reached(released) | live_reached(live)
        populations = self.populations()
        groups = {}
        for city in self.asked.cities:
            for number in range(len(self.periods)):
                place = city.pk, number
                own = {family: sums[family, *place] for family in families if (family, *place) in sums}
                span = self.span(city.pk, number)
                if span.is_closed or (city.pk in self.live and own):
                    reached, new = least.get(place, (0, 0))
                    groups[place] = Group(
                        own,
                        span.published,
                        span.months,
                        reached,
                        new,
                        sums.get((UNCONFIRMED, *place), 0),
                        populations.get(place),
                        span.apart,
                    )
        return groups

    def span(self, city, number):
        return self.calendar.span(city, self.periods[number])

    def figure_of(self, groups, make, cities, number):
        """A city of which nothing is known is left out, and one without residents where these are counted."""
        known = [groups[city, number] for city in cities if (city, number) in groups]
        if self.asked.indicator.current.over_time == OverTime.POPULATION:
            known = [group for group in known if group.population] or known
        return make(added(known)) if known else self.unknown(cities, number)

    def unknown(self, cities, number):
        spans = [self.span(city, number) for city in cities]
        months, apart = sum(span.months for span in spans), frozenset().union(*(span.apart for span in spans))
        return Figure(State.MISSING if months else State.NOT_APPLICABLE, months=months, apart=apart)

    def in_context(self, figure):
        """The same figures, with the time that the cities were in the programme."""

        def placed(cities, number):
            found, spans = figure(cities, number), [self.span(city, number) for city in cities]
            months = sum(span.months for span in spans)
            if not months and found.state == State.MISSING:
                return NOT_APPLICABLE
            outside = frozenset({Apart.OUTSIDE}).intersection(*(span.apart for span in spans))
            return replace(found, months=months, published=months, apart=outside)

        return placed

    def populations(self):
        """Return {(city, number of the period): Population}, the latest that was known when it ended."""
        if self.asked.indicator.current.over_time != OverTime.POPULATION:
            return {}
        figures = ContextFigure.objects.filter(series__code=POPULATION, city__in=self.asked.cities)
        found = {}
        for city, year, residents in figures.order_by("year").values_list("city", "year", "value"):
            for number, period in enumerate(self.periods):
                # Residents are counted on 31 December.
                if year < period.last.year + (period.last.month == 12):
                    found[city, number] = Population(int(residents), frozenset({year}))
        return found

    def parts(self, whole):
        """Return {(city id or None, category): Figure} of the people served in all the time asked for."""
        counted = COUNTED[BREAKDOWNS[self.asked.split]]
        groups = self.groups(self.chosen(False), self.chosen(True), {Family.SERVED, counted.family})
        is_known = self.asked.kind is None and self.asked.organisation is None
        parts = {}
        for column in counted.columns:
            make = partial(log.part, family=counted.family, column=column)
            for place, cities in [(city.pk, [city.pk]) for city in self.asked.cities] + [(None, self.every)]:
                figure = self.figure_of(groups, make, cities, whole) if is_known else NOT_APPLICABLE
                parts[place, column] = figure
        return parts

    @property
    def every(self):
        return [city.pk for city in self.asked.cities]
