"""Which months of a period a city was in the programme, and which of them are in its figures."""

from collections import defaultdict
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone

from cities.models import ProgrammeMembership
from evaluation.figures.figure import Apart
from evaluation.models import ReleasedMonth
from initiatives.calendar import months_before
from initiatives.models import MonthClosing


class Span(NamedTuple):
    """A city in a period: how many months are `published`, and how many it was in the programme."""

    published: int
    months: int
    is_closed: bool
    apart: frozenset


@dataclass
class Calendar:
    """{city id: months} released, or of a city that is read live closed; `stays` in the programme."""

    known: dict
    stays: dict
    live: frozenset
    today: object

    @classmethod
    def of(cls, cities, live, release):
        known, stays = defaultdict(set), defaultdict(list)
        released = ReleasedMonth.objects.filter(city__in=set(cities) - live)
        released = released.filter(since__lte=release.number) if release else released.none()
        closed = MonthClosing.objects.in_force().filter(city__in=live)
        for city, month in [*released.values_list("city", "month"), *closed.values_list("city", "month")]:
            known[city].add(month)
        times = ProgrammeMembership.objects.filter(city__in=cities)
        for city, joined, left in times.order_by().values_list("city", "joined", "left"):
            stays[city].append((joined, left))
        return cls(known, stays, frozenset(live), timezone.localdate())

    def members(self, city, months):
        """Return those of some months in which a city was in the programme on any day."""
        return {
            month
            for month in months
            for joined, left in self.stays[city]
            if joined < months_before(month, -1) and (left is None or left > month)
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
