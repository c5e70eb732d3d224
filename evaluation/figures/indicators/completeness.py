"""How many of the months that were due are closed."""

from decimal import Decimal

from django.utils import timezone

from evaluation.figures.figure import MISSING, Figure, State
from initiatives.actions.months import closes_on


def months_closed(calendar, periods, release):
    """Return a function from (cities, number of a period) to the Figure of these cities together.

    Of a city that is read live it is today's state, of others that of the release.
    """
    today = timezone.localdate()
    made = timezone.localdate(release.made_at) if release else today

    def of_city(city, number):
        day = today if city in calendar.live else made
        due = [
            month
            for month in periods[number].months
            if calendar.is_member(city, month) and closes_on(month) <= day
        ]
        return sum(month in calendar.known[city] for month in due), len(due)

    def figure(cities, number):
        closed, due = (sum(side) for side in zip(*(of_city(city, number) for city in cities), strict=True))
        if not due:
            return MISSING
        value = Decimal(closed) * 100 / due
        sides = {"numerator": closed, "denominator": due}
        return Figure(State.VALUE, value=value, lower=value, upper=value, **sides)

    return figure
