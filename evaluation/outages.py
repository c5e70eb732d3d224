"""Whoever answers for the programme is told when the sums fail first, and when they are right again."""

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import Min, Q
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
RECHECK = timedelta(minutes=5)


def trouble():
    """Return (cause, detail) of what is wrong with the sums now, or None."""
    if parked := ParkedMonth.objects.first():
        return Cause.PARKED, parked.error
    oldest = ChangedMonth.objects.aggregate(oldest=Min("marked_at"))["oldest"]
    if oldest and oldest < timezone.now() - LATE:
        return Cause.LATE, ""
    for kind in [Kind.UPDATE, Kind.AUDIT]:
        last = RollupRun.objects.filter(kind=kind, state__in=[State.DONE, State.FAILED]).first()
        # What an update left may have been done since by a run that is no update.
        if last and last.state == State.FAILED and (kind == Kind.AUDIT or oldest):
            return Cause.FAILED, last.error
    # A check that left months out cannot say that what an earlier one found is right again.
    check = RollupRun.objects.filter(Q(differences__gt=0) | Q(left_out=0), kind=Kind.AUDIT, state=State.DONE)
    if (last := check.first()) and last.differences:
        return Cause.DRIFT, ""
    return None


def watch():
    """Open an outage where something is wrong, close it where nothing is any more, and tell of both."""
    # Whoever tells of it holds it meanwhile, and it is asked again soon.
    with transaction.atomic():
        free = Outage.objects.filter(ended=None).select_for_update(skip_locked=True)
        is_open = Outage.objects.filter(pk__in=list(free.values_list("pk", flat=True)))
        if found := trouble():
            values = dict(zip(["cause", "detail"], found, strict=True))
            if not is_open.update(**values):
                Outage.objects.bulk_create([Outage(**values)], ignore_conflicts=True)
        else:
            is_open.update(ended=Now())
    tell("began_told", "evaluation/mail/outage_began.txt")
    tell("ended_told", "evaluation/mail/outage_ended.txt", ended__isnull=False)


def must_recheck():
    """Whether it is time to look again after a check found differences, which were summed anew at once."""
    since = timezone.now() - RECHECK
    drifted = Outage.objects.filter(ended=None, cause=Cause.DRIFT)
    return drifted.exists() and not RollupRun.objects.filter(kind=Kind.AUDIT, started__gt=since).exists()


def tell(when, template, **condition):
    """Send the mails that have not left, each noted at once; whoever sends one holds its row meanwhile."""
    untold = Outage.objects.filter(**{when: None}, **condition)
    for pk in untold.values_list("pk", flat=True):
        with transaction.atomic(), connection.cursor() as cursor:
            # A mail server that does not answer is waited for.
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '5min'")
            outage = untold.select_for_update(skip_locked=True).filter(pk=pk).first()
            if outage and mailed(template, outage):
                Outage.objects.filter(pk=pk).update(**{when: timezone.now()})


def mailed(template, outage):
    """Write to each coordinator; return True once somebody has been told, or nobody is to be."""
    link = f"{settings.SITE_URL}{reverse('runs:list')}" if settings.SITE_URL else ""
    people = get_user_model().objects.filter(groups__name=COORDINATOR, is_active=True)
    left = [sent(template, person, outage, link) for person in people]
    return any(left) or not left


def sent(template, person, outage, link):
    try:
        send(template, to=person.email, language=person.language, outage=outage, link=link)
    # ValueError is what an address that no mail can be sent to makes of it.
    except (OSError, ValueError) as error:
        logger.warning("A coordinator could not be told of an outage: %s", error)
        return False
    return True
