"""What there is to tell of a city, as the cells of evaluation.disclosure, family by family."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db import connection

from evaluation.disclosure import Cell, added
from evaluation.figures.periods import around
from evaluation.models import MonthlyTotal, Release, ReleasedInitiative

# The sums know no delivering body of a breakdown, and an organisation knows whom it served itself.
BROKEN_DOWN = """
    SELECT date_trunc('month', e.day)::date, e.delivered_by_id,
        p.sex, p.age_band, p.citizenship, sum(p.people)::bigint
    FROM initiatives_intervention AS e JOIN initiatives_interventionpeople AS p ON p.intervention_id = e.id
    WHERE e.initiative_id = %s AND e.confirmed_at IS NOT NULL AND e.withdrawn_at IS NULL
        AND date_trunc('month', e.day)::date = ANY (%s)
    GROUP BY 1, 2, 3, 4, 5
"""
FIELDS = [field.attname for field in MonthlyTotal._meta.fields]
# So many sums of a city are in memory at once.
CHUNK = 2000


def sums_of(months, **whose):
    """Yield the confirmed sums of some months."""
    rows = MonthlyTotal.objects.confirmed().filter(month__in=months, **whose)
    return rows.values_list(*FIELDS, named=True).iterator(CHUNK)


@dataclass
class InitiativeCells:
    """The confirmed sums of the closed months of an initiative."""

    initiative: int
    months: list

    def of(self, counted):
        """Return {Cell: counts} of a family of people."""
        if counted.is_breakdown:
            return self.of_breakdown(counted)
        counts = {Cell(row.month, row.kind_id, row.delivered_by_id): counted.reckon(row) for row in self.sums}
        return {cell: found for cell, found in counts.items() if any(found)}

    @cached_property
    def sums(self):
        return list(sums_of(self.months, initiative=self.initiative))

    def of_breakdown(self, counted):
        found = {}
        for (month, body), people in self.served.items():
            counts = dict.fromkeys(counted.columns, 0)
            for sex, age, citizenship, number in self.broken_down[month, body]:
                column = counted.reckon(sex, age, citizenship)
                counts[column if column in counts else counted.columns[-1]] += number
            counts[counted.columns[-1]] += people - sum(counts.values())
            found[Cell(month, None, body)] = tuple(counts.values())
        return found

    @cached_property
    def served(self):
        """Return {(month, body): people served} where there are any."""
        found = defaultdict(int)
        for row in self.sums:
            found[row.month, row.delivered_by_id] += row.people_served
        return {place: people for place, people in found.items() if people}

    @cached_property
    def broken_down(self):
        """Return {(month, body): [(sex, age, citizenship, people)]}."""
        found = defaultdict(list)
        with connection.cursor() as cursor:
            cursor.execute(BROKEN_DOWN, [self.initiative, self.months])
            for month, body, *told in cursor:
                found[month, body].append(told)
        return found


@dataclass
class CityMoney:
    """What the initiatives of a city cost in its closed months.

    `first_told` is {first month of a quarter: number of the release that first told its money}.
    """

    city: int
    months: list
    first_told: dict

    def of(self, counted):
        """Return {whether published: {Cell: amounts}}."""
        found = defaultdict(lambda: defaultdict(list))
        for row in sums_of(self.months, city=self.city):
            counts = counted.reckon(row)
            if any(counts):
                root = self.was_published(row.initiative_id, row.month)
                cell = Cell(row.month, None, row.delivered_by_id, row.initiative_id)
                found[root][cell].append(counts)
        return {
            root: {cell: added(counts) for cell, counts in cells.items()} for root, cells in found.items()
        }

    def was_published(self, initiative, month):
        """Whether an initiative counts among the published ones of the city in the quarter of a month.

        As it was when the quarter was first told: what it costs must not move from one sum to another.
        """
        then = self.publication[self.first_told.get(around(month, "quarter").first)]
        return then.get(initiative, initiative in self.published_now)

    @cached_property
    def publication(self):
        """Return {number of a release: {initiative: whether it was published}}."""
        found = defaultdict(dict)
        for number in set(self.first_told.values()):
            rows = ReleasedInitiative.objects.at(Release(number)).filter(city=self.city)
            found[number] = dict(rows.values_list("initiative", "is_published"))
        return found

    @cached_property
    def published_now(self):
        """As this release has copied it, whatever was published since."""
        published = ReleasedInitiative.objects.filter(city=self.city, until=None, is_published=True)
        return set(published.values_list("initiative", flat=True))
