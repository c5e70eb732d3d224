"""What figures are made of, of some cities and periods: rows that were read once are not read again."""

from dataclasses import dataclass, field
from functools import cached_property

from django.db import connection
from django.utils import timezone

from cities.models import ContextFigure
from evaluation.figures.chosen import Chosen
from evaluation.figures.groups import Population
from evaluation.figures.live import live_reached, live_sums
from evaluation.figures.membership import Calendar
from evaluation.figures.statements import rows_of
from evaluation.figures.sums import released_reached, released_sums
from evaluation.models import Family
from evaluation.releases import current_release
from initiatives.codes import Origin
from initiatives.models import Initiative

POPULATION = "resident-population"


@dataclass
class Inputs:
    """`asked` says which cities and what narrows them down: its indicator and time play no part here."""

    asked: object
    reader: object
    periods: list
    found: dict = field(default_factory=dict)
    families: set = field(default_factory=set)

    @cached_property
    def cities(self):
        return [city.pk for city in self.asked.cities]

    @cached_property
    def release(self):
        return self.asked.release or current_release()

    @cached_property
    def live(self):
        """The cities that are read as they stand; whoever asks for a release reads what others read."""
        own = self.reader.own_cities if self.asked.release is None else frozenset()
        return frozenset(city.pk for city in self.asked.cities) & own

    @property
    def day(self):
        """The day as of which it is read; where a city is read live, today."""
        is_released = self.release and not self.live
        return timezone.localdate(self.release.made_at) if is_released else timezone.localdate()

    @cached_property
    def calendar(self):
        return Calendar.of(self.cities, self.live, self.release)

    @cached_property
    def spans(self):
        """{(city, number of the period): Span}."""
        return {
            (city, number): self.calendar.span(city, period)
            for city in self.cities
            for number, period in enumerate(self.periods)
        }

    def span(self, city, number):
        return self.spans[city, number]

    @cached_property
    def of_release(self):
        return self.chosen(self.asked, is_live=False)

    @cached_property
    def of_log(self):
        return self.chosen(self.asked, is_live=True)

    def chosen(self, asked, is_live):
        cities = [city.pk for city in asked.cities if (city.pk in self.live) == is_live]
        return Chosen(cities, self.periods, asked, self.reader, self.release)

    def sums(self, families):
        """Return {(family, city, number of the period): Sums} of these families and of those read before."""
        if missing := set(families) - self.families:
            # Of a city's own log, breakdowns are reckoned from the people served.
            missing.add(Family.SERVED)
            self.found |= released_sums(self.of_release, missing)
            self.found |= live_sums(self.of_log, missing)
            self.families |= missing
        return self.found

    @cached_property
    def least(self):
        """{(city, number of the period): the least numbers of different people, and of new ones}."""
        return released_reached(self.of_release) | live_reached(self.of_log)

    @cached_property
    def populations(self):
        """{(city, number of the period): Population}, the latest that was known when it ended."""
        found = {}
        for city, year, residents in rows_of(residents_of, *self.cities):
            for number, period in enumerate(self.periods):
                # Residents are counted on 31 December.
                if year < period.last.year + (period.last.month == 12):
                    found[city, number] = Population(int(residents), frozenset({year}))
        return found

    @cached_property
    def is_invented(self):
        """Whether any of it may come from initiatives that were invented for the demonstration."""
        return bool(rows_of(invented_in, *self.cities))

    @cached_property
    def knows_initiative(self):
        """Whether the one initiative asked for is among what the reader reads: else none of it is known."""
        chosen = self.of_log if self.live else self.of_release
        initiatives = chosen.own_initiatives if self.live else chosen.initiatives
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS ({initiatives})", chosen.parameters)  # nosec B608: names of our own
            return cursor.fetchone()[0]


def residents_of(*cities):
    figures = ContextFigure.objects.filter(series__code=POPULATION, city__in=cities)
    return figures.order_by("year").values_list("city", "year", "value")


def invented_in(*cities):
    return Initiative.objects.filter(origin=Origin.INVENTED, city__in=cities).values_list("pk").order_by()[:1]
