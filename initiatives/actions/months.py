from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from cities.models import City
from initiatives.actions.log import closing_told
from initiatives.models import MonthClosing
from will_portal.accounts.actions import Refused

# Longer than a form takes to save, shorter than those queue patiently who come after.
PATIENCE = "SET LOCAL lock_timeout = '1s'"


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
