import logging
import time

from celery import shared_task
from django.db import DatabaseError, InterfaceError

from evaluation import outages, ranges, releases, retention, updating, working
from evaluation.models import RollupRun
from initiatives.models import ChangedMonth
from will_portal.common.database_errors import told
from will_portal.common.doorbells import ring

logger = logging.getLogger(__name__)
# How many workers take part in a run over the whole log.
SIDE_BY_SIDE = 4
PAUSE = 0.5


@shared_task
def roll_up():
    try:
        if updating.roll_up():
            ring(roll_up)
    except (DatabaseError, InterfaceError, updating.GaveUp) as error:
        logger.warning("The sums wait for the sweep: %s", told(error))


# Told again at each sweep where nobody listens, it must not pile up.
@shared_task(expires=60)
def begin(pk):
    """Divide a run over the whole log and have several workers take part in it."""
    ranges.plan(pk)
    for _worker in range(SIDE_BY_SIDE):
        ring(carry_on, pk)


@shared_task
def carry_on(pk):
    """Do a part of a run and have the next done after whatever waits by then, such as a bell of the log."""
    try:
        if a_part_of(pk):
            ring(carry_on, pk)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("Run %s waits for the sweep: %s", pk, told(error))


def a_part_of(pk):
    more = ranges.carry_on(pk)
    # Whoever was told of a mark meanwhile may have found its initiative busy.
    if ChangedMonth.objects.exists():
        ring(roll_up)
    return more


def finish_here(run):
    """Do what is left of a run, beside the workers, and return it once it is over."""
    while RollupRun.objects.running().filter(pk=run.pk).exists():
        try:
            more = a_part_of(run.pk)
        except DatabaseError as error:
            if not updating.is_of(error, updating.BUSY):
                raise
            more = False
        if not more:
            time.sleep(PAUSE)
    run.refresh_from_db()
    return run


@shared_task
def sweep_rollups():
    """Find what nobody was told of, or did not finish."""
    working.close_interrupted()
    updating.mark_parked()
    for pk in ranges.silent().values_list("pk", flat=True):
        ring(begin, pk)
    roll_up()


@shared_task
def watch_rollups():
    """Tell those who answer for the programme; apart from the sweep, since a mail server may be slow."""
    outages.watch()
    if outages.must_recheck():
        audit()


@shared_task
def audit():
    """Check all sums, unless that is being done."""
    if run := ranges.start(RollupRun.Kind.AUDIT):
        begin(run.pk)


@shared_task
def forget_runs():
    retention.forget()


@shared_task
def make_release():
    try:
        releases.make_release()
    except releases.MonthOpened:
        logger.warning("No release tonight: a month was opened while it was made.")
