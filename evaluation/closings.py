"""Which months of which cities others may read: closed, and summed to the last entry."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.db import connection
from django.utils import timezone

from evaluation.figures.periods import around
from evaluation.models import MonthlyTotal, ReleasedMonth
from initiatives.actions.months import closes_on

# A month that has ended but waits to be summed is read the night after.
CLOSED = """
    SELECT closing.city_id, closing.month, closing.closed_at
    FROM initiatives_monthclosing AS closing
    WHERE closing.reopened_at IS NULL AND NOT EXISTS (
        SELECT FROM (
            SELECT initiative_id, month FROM initiatives_changedmonth
            UNION ALL SELECT initiative_id, month FROM evaluation_parkedmonth
        ) AS waiting
        JOIN initiatives_initiative AS initiative ON initiative.id = waiting.initiative_id
        WHERE initiative.city_id = closing.city_id AND waiting.month = closing.month
    )
    ORDER BY 1, 2
"""


def closed_months():
    """Return {city id: {month: when it was closed}} of the months whose figures stand."""
    found = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(CLOSED)
        for city, month, closed_at in cursor:
            found[city][month] = closed_at
    return found


def released_months():
    """Return {city id: {month: number of its first release}}."""
    found = defaultdict(dict)
    for city, month, release in ReleasedMonth.objects.values_list("city", "month", "since"):
        found[city][month] = release
    return found


def logged_months():
    found = defaultdict(set)
    for city, month in MonthlyTotal.objects.order_by().values_list("city", "month").distinct():
        found[city].add(month)
    return found


def months_of_cities():
    """Return the CityMonths of every city that has any to be read."""
    closed, released, logged = closed_months(), released_months(), logged_months()
    cities = sorted(closed.keys() | released.keys())
    return [CityMonths(city, closed[city], released[city], logged[city]) for city in cities]


@dataclass
class CityMonths:
    """The months of a city: closed now, and those that were released before."""

    city: int
    closed: dict
    released: dict
    # With entries, confirmed or not.
    logged: set

    @property
    def new(self):
        return sorted(self.closed.keys() - self.released.keys())

    @property
    def open(self):
        """Months that were released and are open again: their figures stay as they were."""
        return frozenset(self.released.keys() - self.closed.keys())

    @cached_property
    def published(self):
        return sorted(self.closed.keys() | self.released.keys())

    @property
    def by_month(self):
        return [(month, month) for month in self.published]

    @cached_property
    def by_quarter(self):
        """The quarters of which every month is published, or would be if it had entries."""
        quarters = sorted({around(month, "quarter") for month in self.published})
        complete = [quarter for quarter in quarters if all(map(self.is_settled, quarter.months))]
        return [(quarter.first, quarter.last) for quarter in complete]

    def is_settled(self, month):
        is_over = closes_on(month) <= timezone.localdate() and month not in self.logged
        return month in self.closed or month in self.released or is_over

    def periods(self, every):
        return self.by_month if every == "month" else self.by_quarter
