import logging
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from cities.models import City
from initiatives.actions.log import closing_told
from initiatives.calendar import months_before
from initiatives.models import MonthClosing
from initiatives.triggers import month_key
from will_portal.accounts.actions import Refused
from will_portal.common.database_errors import told

logger = logging.getLogger(__name__)
# Longer than a form takes to save, shorter than those queue patiently who come after.
PATIENCE = "SET LOCAL lock_timeout = '1s'"
# One look into the index for each month of a city that is not closed, from its first entry on.
DUE = """
    SELECT city, months.month
    FROM unnest(%(cities)s::bigint[]) AS city
    CROSS JOIN LATERAL (
        SELECT min(day)::timestamp AS day FROM initiatives_intervention WHERE city_id = city
    ) AS first
    CROSS JOIN LATERAL (
        SELECT moment::date AS month
        FROM generate_series(
            date_trunc('month', first.day), %(before)s::timestamp - interval '1 month', interval '1 month'
        ) AS moment
    ) AS months
    WHERE EXISTS (
        SELECT FROM initiatives_intervention
        WHERE city_id = city AND withdrawn_at IS NULL
            AND day >= months.month AND day < (months.month + interval '1 month')::date
    ) AND NOT EXISTS (
        SELECT FROM initiatives_monthclosing AS closing
        WHERE closing.city_id = city AND closing.month = months.month
            AND (closing.reopened_at IS NULL OR closing.reopened_at >= %(since)s)
    )
    ORDER BY 1, 2
"""
TAKE = f"""
    SELECT month FROM unnest(%(months)s::date[]) AS month
    WHERE pg_try_advisory_xact_lock({month_key("%(city)s", "month")})
"""  # nosec B608: an expression of our own


def must_lead(city_id, by):
    if not City.objects.led_by(by).filter(pk=city_id).exists():
        raise PermissionDenied


def close_month(*, city, month, by):
    """Declare the log of a month that has ended complete: from now on it refuses changes."""
    must_lead(city.pk, by)
    if month >= timezone.localdate().replace(day=1):
        raise Refused(_("A month can be closed once it has ended."))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            return MonthClosing.objects.create(city=city, month=month, closed_by=by)
    except IntegrityError as error:
        raise Refused(closing_told(MonthClosing.objects.of(city.pk, month).get())) from error
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Refused(_("Somebody is saving into this month: try again in a minute.")) from error


def reopen_month(*, closing, reason, by):
    must_lead(closing.city_id, by)
    values = {"reopened_at": timezone.now(), "reopened_by": by, "reopen_reason": reason}
    if not MonthClosing.objects.in_force().filter(pk=closing.pk).update(**values):
        raise Refused(_("This month has been reopened in the meantime."))


def closes_on(month, reopened_at=None):
    """Return the day in whose first hours a month closes by itself if it has entries and nobody closes it.

    Before it lie MONTH_CLOSING_DAYS whole days after its last one, or after that on which it was reopened.
    """
    last = months_before(month, -1) - timedelta(days=1)
    if reopened_at:
        last = max(last, timezone.localdate(reopened_at))
    return last + timedelta(days=settings.MONTH_CLOSING_DAYS + 1)


def due_months(cities):
    """Return [(city, month)] of those months of these cities that `closes_on` puts on today or earlier."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=settings.MONTH_CLOSING_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"cities": cities, "before": since.date().replace(day=1), "since": since})
        return cursor.fetchall()


def close_due_months():
    """Close what nobody closed; a month that somebody is writing into waits for the next night."""
    due = due_months(list(City.objects.values_list("pk", flat=True)))
    for city, months in groupby(due, key=itemgetter(0)):
        try:
            close_by_themselves(city, [month for _city, month in months])
        except DatabaseError as error:
            logger.warning("The months of city %s did not close by themselves: %s", city, told(error))


@transaction.atomic
def close_by_themselves(city, months):
    with connection.cursor() as cursor:
        cursor.execute(PATIENCE)
        cursor.execute(TAKE, {"city": city, "months": months})
        free = {month for (month,) in cursor}
    # Asked again now that nobody writes there: the last entry may be withdrawn, or the lead was faster.
    due = [month for _city, month in due_months([city]) if month in free]
    MonthClosing.objects.bulk_create(MonthClosing(city_id=city, month=month) for month in due)
