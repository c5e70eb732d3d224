"""What a release holds: the months of each city, of those in the programme, and what it brought."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.utils import timezone

from cities.models import City, ProgrammeMembership
from evaluation.figures.periods import Period, divide, months_between
from evaluation.models import ReleasedMonth
from initiatives.calendar import months_before


@dataclass(frozen=True)
class Coverage:
    """The months published of a city, and those before the release in which it was in the programme."""

    city: City
    published: list[date]
    programme: set[date]

    @property
    def periods(self):
        return runs(self.published)


def coverage_of(release):
    """Return a Coverage for each city that was in the programme before a release or that is in it."""
    until = timezone.localdate(release.made_at).replace(day=1)
    programme, published = programme_months(until), published_months(release)
    cities = City.objects.filter(pk__in=programme.keys() | published.keys()).without_shapes()
    return [Coverage(city, published.get(city.pk, []), programme.get(city.pk, set())) for city in cities]


def published_months(release):
    """Return {city id: months of a release, in order}."""
    months = {}
    found = ReleasedMonth.objects.filter(since__lte=release.number).order_by("month")
    for city, month in found.values_list("city_id", "month"):
        months.setdefault(city, []).append(month)
    return months


def programme_months(until):
    """Return {city id: months, before another, in which the city was in the programme on some day}."""
    months = {}
    for time in ProgrammeMembership.objects.filter(joined__lt=until):
        first, last = time.joined.replace(day=1), months_before(until, 1)
        if time.left and time.left < until:
            last = months_before(time.left, 1 if time.left.day == 1 else 0)
        months.setdefault(time.city_id, set()).update(period.first for period in divide(first, last, "month"))
    return months


def runs(months):
    """Return months that are in order as Periods, those that follow each other in one."""
    gaps = [n for n, (one, other) in enumerate(pairwise(months), 1) if months_between(one, other) > 1]
    bounds = [0, *gaps, len(months)]
    return [Period(months[start], months[end - 1]) for start, end in pairwise(bounds)] if months else []


@dataclass(frozen=True)
class Change:
    """The months of a city that a release brought or corrected, with the reason of the reopening."""

    city: City
    what: str
    why: str
    periods: list[Period]


def changes_of(release):
    """Return the release's changes, already fetched with their cities, in the order of the cities."""
    months = {}
    for change in release.changes.all():
        key = change.city, change.get_what_display(), change.why
        months.setdefault(key, []).append(change.month)
    return [Change(*key, runs(some)) for key, some in months.items()]
