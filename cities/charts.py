"""The small charts of context figures and the words that go with them."""

from dataclasses import dataclass
from functools import cached_property, partial

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.context import SeriesTable, tables_of
from cities.models import City
from will_portal.common.charts import Chart, draw, runs
from will_portal.common.numbers import spell_change, spell_number


@dataclass(frozen=True)
class Panel:
    """One series in one city: its last figure in words, and the years before as a chart and as rows."""

    table: SeriesTable
    city: City
    sources: list = ()
    in_colour: bool = True

    @property
    def series(self):
        return self.table.series

    @property
    def values(self):
        return self.table.values[self.city.pk]

    @property
    def year(self):
        return max(self.values)

    @property
    def value(self):
        return self.values[self.year]

    @cached_property
    def place(self):
        """What the figures are about: the city itself or its province."""
        if not self.series.is_provincial:
            return self.city.name
        return _("province of %(province)s") % {"province": self.city.province}

    @property
    def change(self):
        """The difference from the year before, in words; nothing where that year is unknown."""
        if self.year - 1 not in self.values:
            return ""
        difference = spell_change(self.value - self.values[self.year - 1], self.series.decimals)
        return _("%(difference)s on %(year)s") % {"difference": difference, "year": self.year - 1}

    @property
    def standing(self):
        return spell_standing(self.table.standing(self.city.pk, self.year))

    @property
    def chart(self) -> Chart | None:
        if not has_line(self.values):
            return None
        return draw(
            self.values,
            self.table.peers,
            self.table.frame,
            write=partial(spell_number, decimals=self.series.decimals),
            sentence=self.sentence,
            summary=self.summary,
        )

    def sentence(self, year):
        value, median = self.texts[year]
        words = {"place": self.place, "year": year, "value": value, "median": median}
        if not median:
            return _("%(place)s, %(year)s: %(value)s") % words
        return _("%(place)s, %(year)s: %(value)s; median of the cities %(median)s") % words

    @cached_property
    def texts(self):
        """Return {year: (value, median of the peers or "")} as written; chart and table share them."""
        medians = self.table.peers.median
        return {
            year: (self.spell(value), self.spell(medians[year]) if year in medians else "")
            for year, value in self.values.items()
        }

    @property
    def summary(self):
        first = min(self.values)
        return _("%(series)s, %(place)s: from %(start)s in %(first)s to %(end)s in %(last)s (%(unit)s)") % {
            "series": self.series.name,
            "place": self.place,
            "start": self.texts[first][0],
            "first": first,
            "end": self.texts[self.year][0],
            "last": self.year,
            "unit": self.series.unit,
        }

    @property
    def rows(self):
        """Return each year, the latest first, with its value and the median of the peers as written."""
        return [(year, *self.texts[year]) for year in sorted(self.values, reverse=True)]

    def spell(self, value):
        return spell_number(value, self.series.decimals)


def has_line(values):
    return any(len(run) > 1 for run in runs(values))


def spell_standing(standing):
    """Return the place in words; nothing for a city outside the programme, or where there is nobody else."""
    if standing is None or standing.known < 2:
        return ""
    words = {"place": standing.place, "known": standing.known, "count": standing.cities}
    if standing.known < standing.cities:
        return _("%(place)s of %(known)s, of %(count)s cities") % words
    return _("%(place)s of %(known)s") % words


def spell_coverage(known, cities):
    """Return for how many cities in the programme something is known: "7 of 10 cities"."""
    words = ngettext("%(known)s of %(count)s city", "%(known)s of %(count)s cities", cities)
    return words % {"known": known, "count": cities}


def topics_of(city):
    """Return the panels of a city in groups: [{"name": "Population", "panels": [...]}]."""
    tables, sources = tables_of(city)
    groups = {}
    for table in tables:
        panel = Panel(table, city, sources[table.series.pk])
        groups.setdefault(table.series.get_topic_display(), []).append(panel)
    return [{"name": name, "panels": panels} for name, panels in groups.items()]


def panels_of(comparison, city):
    """Return a panel for every city of the comparison that has a figure, that of `city` in colour."""
    return [
        Panel(comparison.table, one, in_colour=one == city)
        for one in comparison.cities
        if one.pk in comparison.table.values
    ]


def summaries_of(comparison):
    """Return each city with its first and last figure, what changed, and its place in the last year."""
    table = comparison.table
    first, last = table.years[0], table.years[-1]
    for city in comparison.cities:
        values = table.values.get(city.pk, {})
        start, end = values.get(first), values.get(last)
        yield {
            "city": city,
            "start": start,
            "end": end,
            "change": None if None in (start, end) else end - start,
            "standing": spell_standing(table.standing(city.pk, last)),
        }


def rows_of(comparison):
    """Return the years of the comparison, the latest first, with the value of each of its cities or None."""
    table = comparison.table
    for year in reversed(table.years):
        known = len(table.peer_values.get(year, []))
        yield {
            "year": year,
            "values": [table.values.get(city.pk, {}).get(year) for city in comparison.cities],
            "median": table.peers.median.get(year),
            "coverage": spell_coverage(known, len(table.members)),
        }
