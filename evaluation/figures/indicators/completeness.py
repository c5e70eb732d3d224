"""How many of the months that were due are closed."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from evaluation.figures.figure import MISSING, Figure, State
from initiatives.actions.months import closes_on
from initiatives.models import MonthClosing


def months_closed(calendar, periods, release):
    """Return a function from (cities, number of a period) to the Figure of these cities together.

    Of a city that is read live it is today's state, of others that of the release.
    """
    now = timezone.now()
    made = release.made_at if release else now
    were_closed = {True: closed_at(now), False: closed_at(made)}

    def of_city(city, number):
        is_live = city in calendar.live
        day = timezone.localdate(now if is_live else made)
        months = calendar.members(city, periods[number].months)
        due = {month for month in months if closes_on(month) <= day}
        return len(calendar.known[city] & were_closed[is_live][city] & due), len(due)

    def figure(cities, number):
        found = [of_city(city, number) for city in cities]
        closed, due = sum(closed for closed, _due in found), sum(due for _closed, due in found)
        if not due:
            return MISSING
        value = Decimal(closed) * 100 / due
        sides = {"numerator": closed, "denominator": due}
        return Figure(State.VALUE, value=value, lower=value, upper=value, **sides)

    return figure


def closed_at(moment):
    """Return {city id: the months that were closed at a moment}; what is reopened keeps a row of its own."""
    found = defaultdict(set)
    closings = MonthClosing.objects.filter(
        Q(reopened_at=None) | Q(reopened_at__gt=moment), closed_at__lte=moment
    )
    for city, month in closings.values_list("city", "month"):
        found[city].add(month)
    return found
