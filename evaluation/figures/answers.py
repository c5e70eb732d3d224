"""What the dashboard answers to a question: pages, files and pictures all take their figures from here."""

from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from will_portal.common.charts import Peers


@dataclass(frozen=True)
class Answer:
    """The figures of one indicator by city and period.

    `cells` is {(city id, Period): Figure}, `totals` {city id: Figure} of all the time asked for, `before` the
    same of as many months before it; `network` {Period: Figure} and `overall` of all these cities together.
    `parts` is {(city id or None for all, category): Figure} of all the time asked for.
    """

    asked: object
    version: object
    release: object
    cities: list
    periods: list
    cells: dict
    totals: dict
    before: dict
    network: dict
    overall: object
    parts: dict = field(default_factory=dict)
    # Cities that the reader sees as they are today, and not as released.
    live: frozenset = frozenset()
    # Whether it tells of initiatives that are not published, too.
    sees_all: bool = False
    # Whether any of it comes from initiatives that were invented for the demonstration.
    is_invented: bool = False

    @property
    def has_figures(self):
        return any(figure.is_value for figure in self.totals.values())

    @cached_property
    def known(self):
        """The cities of which something is known in the time asked for, for "7 of 10 cities"."""
        return [
            city
            for city in self.cities
            if any(self.cells[city.pk, period].is_value for period in self.periods)
        ]

    def of(self, city):
        """Return the figures of a city, one for each period."""
        return [self.cells[city.pk, period] for period in self.periods]

    def comparable(self, period):
        """Return the places of the cities' figures of a period that are like with like."""
        figures = (self.cells[city.pk, period] for city in self.cities)
        return [figure.place for figure in figures if figure.is_comparable]

    @cached_property
    def peers(self):
        """The lowest, middle and highest city of each period in which at least three can be compared."""
        places = {period: self.comparable(period) for period in self.periods}
        places = {period: values for period, values in places.items() if len(values) >= 3}
        return Peers(
            {period: min(values) for period, values in places.items()},
            {period: median(values) for period, values in places.items()},
            {period: max(values) for period, values in places.items()},
        )

    @cached_property
    def ranking(self):
        """Return (place, city, Figure, Figure before) in the indicator's order; equal figures share a place.

        Those that cannot be compared come last, without a place, in the order of their names.
        """
        found = [(city, self.totals[city.pk], self.before.get(city.pk)) for city in self.cities]
        comparable = [row for row in found if row[1].is_comparable]
        others = [(None, *row) for row in found if row not in comparable]
        values = [row[1].place for row in comparable]
        down = self.version.direction != "down"
        comparable.sort(key=lambda row: row[1].place, reverse=down)
        better = (lambda a, b: a > b) if down else (lambda a, b: a < b)
        ranked = [(1 + sum(better(value, row[1].place) for value in values), *row) for row in comparable]
        return ranked + others
