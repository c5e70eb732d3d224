"""Which months of a period a city was in the programme, and which of them are in its figures."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone

from cities.models import ProgrammeMembership
from evaluation.figures.figure import Apart
from evaluation.figures.statements import rows_of
from evaluation.models import ReleasedMonth
from initiatives.models import MonthClosing


class Span(NamedTuple):
    """A city in a period: how many months are `published`, and how many it was in the programme."""

    published: int
    months: int
    is_closed: bool
    apart: frozenset


@dataclass
class Calendar:
    """{city id: months} released, or of a city that is read live closed.

    `stays` are the times in the programme, from the month in which each began to the day on which it ended.
    """

    known: dict
    stays: dict
    live: frozenset
    today: object

    @classmethod
    def of(cls, cities, live, release):
        known, stays = defaultdict(set), defaultdict(list)
        others = [city for city in cities if city not in live]
        released = rows_of(released_months, release.number, *others) if release else []
        for city, month in [*released, *rows_of(closed_months, *sorted(live))]:
            known[city].add(month)
        for city, joined, left in rows_of(times_in_programme, *cities):
            stays[city].append((joined.replace(day=1), left))
        return cls(known, stays, frozenset(live), timezone.localdate())

    def members(self, city, months):
        """Return those of some months in which a city was in the programme on any day."""
        return {
            month
            for month in months
            for began, left in self.stays[city]
            if began <= month and (left is None or left > month)
        }

    def span(self, city, period):
        months = set(period.months)
        member = self.members(city, months)
        closed = months & self.known[city]
        read = {month for month in months if month <= self.today} if city in self.live else closed
        apart = {
            Apart.OUTSIDE: len(member) < len(months),
            Apart.PARTIAL: bool(member - read),
            Apart.LIVE: bool(read & member - closed),
        }
        reasons = frozenset(reason for reason, holds in apart.items() if holds)
        return Span(len(read & member), len(member), bool(closed), reasons)


def released_months(number, *cities):
    return ReleasedMonth.objects.filter(city__in=cities, since__lte=number).values_list("city", "month")


def closed_months(*cities):
    return MonthClosing.objects.in_force().filter(city__in=cities).values_list("city", "month")


def times_in_programme(*cities):
    times = ProgrammeMembership.objects.filter(city__in=cities)
    return times.order_by().values_list("city", "joined", "left")
