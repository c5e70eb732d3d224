"""What those who answer for the programme may ask of the workers."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import ranges
from evaluation.models import ParkedMonth
from evaluation.tasks import begin, sweep_rollups
from will_portal.accounts.actions import Refused
from will_portal.accounts.groups import coordinates
from will_portal.common.doorbells import ring


def may_retry(user):
    return user.is_authenticated and coordinates(user)


@transaction.atomic
def start(*, kind, by):
    """Have all sums made anew, or checked; raise Refused where that is under way, or PermissionDenied."""
    if not may_retry(by):
        raise PermissionDenied
    run = ranges.start(kind, by)
    if run is None:
        raise Refused(_("This is under way already: wait until it is done."))
    ring(begin, run.pk)
    return run


@transaction.atomic
def retry_parked(*, by):
    """Have the months that were set apart tried again at once; return how many."""
    if not may_retry(by):
        raise PermissionDenied
    waiting = ParkedMonth.objects.update(retry_at=timezone.now())
    ring(sweep_rollups)
    return waiting
