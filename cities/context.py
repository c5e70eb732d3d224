"""Context figures beside each other: one city among its peers, or all cities of one series.

Peers are the cities that are in the programme today, in earlier years too.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from cities.models import City, ContextFigure, ContextSeries
from will_portal.common.charts import Frame, Peers


@dataclass(frozen=True)
class Standing:
    """The place of a value among those that the peers have for the very same year, from the highest down."""

    year: int
    place: int
    known: int
    cities: int


@dataclass
class SeriesTable:
    """The figures of one series: `values` is {city id: {year: value}}, `members` the ids of the peers."""

    series: ContextSeries
    values: dict
    members: set

    @cached_property
    def peer_values(self):
        """Return {year: values of the peers, one for each that has a figure}."""
        years = defaultdict(list)
        for city in self.members & self.values.keys():
            for year, value in self.values[city].items():
                years[year].append(value)
        return years

    @cached_property
    def peers(self):
        years = self.peer_values.items()
        return Peers(
            {year: min(values) for year, values in years},
            {year: median(values) for year, values in years},
            {year: max(values) for year, values in years},
        )

    @cached_property
    def frame(self):
        return Frame.around(*self.values.values())

    @cached_property
    def years(self):
        return sorted({year for values in self.values.values() for year in values})

    def standing(self, city_id, year):
        """Return the Standing of a peer in a year; None without a figure, and for a city that is no peer."""
        value = self.values.get(city_id, {}).get(year)
        if value is None or city_id not in self.members:
            return None
        values = self.peer_values[year]
        place = 1 + sum(other > value for other in values)
        return Standing(year, place, len(values), len(self.members))


def tables_of(city):
    """Return the SeriesTable of every series that has figures of the city, and their sources by series."""
    own = list(ContextFigure.objects.filter(city=city).select_related("series"))
    members = member_ids()
    values = defaultdict(lambda: defaultdict(dict))
    for series, peer, year, value in peer_figures(members):
        values[series][peer][year] = value
    for figure in own:
        values[figure.series_id][city.pk][figure.year] = figure.value
    series = {figure.series_id: figure.series for figure in own}
    tables = [
        SeriesTable(one, values[one.pk], members) for one in sorted(series.values(), key=place_in_lists)
    ]
    return tables, sources(own)


def place_in_lists(series):
    return series.position, series.code


def member_ids():
    return set(City.objects.in_programme().order_by().values_list("pk", flat=True))


def peer_figures(members):
    figures = ContextFigure.objects.filter(city__in=members).order_by()
    return figures.values_list("series_id", "city_id", "year", "value")


def sources(figures):
    """Return {series id: the different (source, licence) of its figures}."""
    found = defaultdict(list)
    for figure in figures:
        said = {"source": figure.source, "licence": figure.licence}
        if said not in found[figure.series_id]:
            found[figure.series_id].append(said)
    return found


@dataclass
class Comparison:
    """One series in the cities of the programme and, where it is not among them, in the one asked for."""

    table: SeriesTable
    cities: list
    figures: list

    @classmethod
    def of(cls, series, city=None, first=None, last=None):
        members = member_ids()
        shown = members | ({city.pk} if city else set())
        asked = {"year__gte": first, "year__lte": last}
        figures = ContextFigure.objects.filter(series=series, city__in=shown).order_by(
            "city__sort_key", "year"
        )
        figures = list(figures.filter(**{name: year for name, year in asked.items() if year}))
        values = defaultdict(dict)
        for figure in figures:
            values[figure.city_id][figure.year] = figure.value
        cities = list(City.objects.filter(pk__in=shown).without_shapes())
        return cls(SeriesTable(series, dict(values), members), cities, figures)

    @property
    def sources(self):
        return sources(self.figures)[self.table.series.pk]

    @property
    def known(self):
        """How many of the peers have any figure in these years."""
        return len(self.table.members & self.table.values.keys())
