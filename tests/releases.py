"""Releases for the tests: months that are summed, closed and told, as in the nights of a city."""

from datetime import date

from django.utils import timezone

from evaluation.models import MonthlyTotal
from evaluation.releases import make_release
from evaluation.updating import roll_up
from initiatives.actions.months import reopen_month
from initiatives.models import MonthClosing

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in [1, 2, 3])
QUARTER = [JANUARY, FEBRUARY, MARCH]


def close(city, *months):
    MonthClosing.objects.bulk_create(
        MonthClosing(city=city, month=month, closed_at=timezone.now()) for month in months
    )


def released(city, *months):
    """Sum what was logged, close these months of a city, and make the release of it."""
    while roll_up():
        assert MonthlyTotal.objects.exists()
    close(city, *months)
    return make_release()


def corrected(city, month, by, correct, reason="Due fogli mancavano."):
    """Reopen a month, correct it, sum and close it again, and make the release of it."""
    closing = MonthClosing.objects.of(city.pk, month).get()
    reopen_month(closing=closing, reason=reason, by=by)
    correct()
    return released(city, month)
