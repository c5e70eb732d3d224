"""Whoever answers for the programme is told when the sums fail first, and when they are right again."""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Min
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from evaluation.models import Outage, ParkedMonth, RollupRun
from initiatives.models import ChangedMonth
from will_portal.accounts.groups import COORDINATOR
from will_portal.accounts.mails import send

logger = logging.getLogger(__name__)

Cause, Kind, State = Outage.Cause, RollupRun.Kind, RollupRun.State
# Marks are taken up within seconds, and found within a minute where a worker died.
LATE = timedelta(minutes=15)


def trouble():
    """Return (cause, detail) of what is wrong with the sums now, or None."""
    if parked := ParkedMonth.objects.first():
        return Cause.PARKED, parked.error
    oldest = ChangedMonth.objects.aggregate(oldest=Min("marked_at"))["oldest"]
    if oldest and oldest < timezone.now() - LATE:
        return Cause.LATE, ""
    for kind in [Kind.UPDATE, Kind.AUDIT]:
        last = RollupRun.objects.filter(kind=kind, state__in=[State.DONE, State.FAILED]).first()
        if last and last.state == State.FAILED:
            return Cause.FAILED, last.error
        if last and last.kind == Kind.AUDIT and last.differences:
            return Cause.DRIFT, ""
    return None


def watch():
    """Open an outage where something is wrong, close it where nothing is any more, and tell of both."""
    if found := trouble():
        cause, detail = found
        Outage.objects.bulk_create([Outage(cause=cause, detail=detail)], ignore_conflicts=True)
    else:
        with transaction.atomic():
            # Whoever tells of it holds it meanwhile, and it is asked again soon.
            free = Outage.objects.filter(ended=None).select_for_update(skip_locked=True)
            Outage.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(ended=Now())
    tell()


def tell():
    """Send the mails that have not left; whoever sends holds the row, so that each leaves once."""
    with transaction.atomic(), connection.cursor() as cursor:
        # A mail server that does not answer is waited for.
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")
        rows = Outage.objects.select_for_update(skip_locked=True)
        for outage in rows.filter(began_told=None):
            if mailed("evaluation/mail/outage_began.txt", outage):
                outage.began_told = timezone.now()
                outage.save(update_fields=["began_told"])
        for outage in rows.filter(ended__isnull=False, ended_told=None):
            if mailed("evaluation/mail/outage_ended.txt", outage):
                outage.ended_told = timezone.now()
                outage.save(update_fields=["ended_told"])


def mailed(template, outage):
    """Write to each coordinator; return whether to try again is of no use, since somebody has been told."""
    link = f"{settings.SITE_URL}{reverse('runs:list')}" if settings.SITE_URL else ""
    people = get_user_model().objects.filter(groups__name=COORDINATOR, is_active=True)
    left = [sent(template, person, outage, link) for person in people]
    return any(left) or not left


def sent(template, person, outage, link):
    try:
        send(template, to=person.email, language=person.language, outage=outage, link=link)
    except OSError as error:
        logger.warning("A coordinator could not be told of an outage: %s", error)
        return False
    return True
