"""Work over the whole log, in parts that any number of workers take one by one: making all sums anew, and
checking them.

A part is some initiatives and some months. It is taken up in one transaction, so that whoever looks sees it,
and done in another, which is short: people read and write meanwhile, and what they write is marked as ever.
Whoever is killed leaves a part undone; the sweep has it taken up again.
"""

from contextlib import suppress
from datetime import date, timedelta
from itertools import product

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from evaluation.models import Drift, ParkedMonth, RollupRun, RunRange
from evaluation.rollups import ENTRIES, PEOPLE, TOTALS, differences, lock_key, make_equal
from evaluation.updating import BAD_CELL, BUSY, MOST_INITIATIVES, is_of
from evaluation.working import batch, finish, worker_name
from initiatives.models import ChangedMonth
from will_portal.common.database_errors import told

Kind, State = RollupRun.Kind, RollupRun.State
# The log lies in the order of time: fewer initiatives would visit the same pages more often, and more months
# would hold their locks for longer.
MONTHS_A_PART = 3
# In seconds, of a statement; a part is sized to take less than one.
PATIENCE = 60
# Whoever has been silent for so long with a part is gone.
SILENCE = timedelta(seconds=30)
ATTEMPTS = 3
LOCK = f"""
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT {lock_key("id")} AS key FROM unnest(%s::bigint[]) AS i (id) ORDER BY 1
    ) AS keys
"""
# Of the log, where each is looked up by its index, and of the sums, in case these have what the log has not.
INITIATIVES = f"""
    SELECT i.id, days.first, days.last FROM initiatives_initiative AS i
    CROSS JOIN LATERAL (
        SELECT (SELECT min(day) FROM {ENTRIES} WHERE initiative_id = i.id) AS first,
            (SELECT max(day) FROM {ENTRIES} WHERE initiative_id = i.id) AS last
    ) AS days
    WHERE days.first IS NOT NULL
    UNION ALL SELECT initiative_id, min(month), max(month) FROM {TOTALS.table} GROUP BY 1
    UNION ALL SELECT initiative_id, min(month), max(month) FROM {PEOPLE.table} GROUP BY 1
"""


def parts():
    """Yield the ([initiative], first month, last month) of the whole log and of all sums."""
    with connection.cursor() as cursor:
        cursor.execute(INITIATIVES)
        found = cursor.fetchall()
    if not found:
        return
    initiatives = sorted({initiative for initiative, _first, _last in found})
    first = min(month_number(first) for _initiative, first, _last in found)
    last = max(month_number(last) for _initiative, _first, last in found)
    # Neighbours are of the same months, whose pages are in memory by then.
    for month in range(first, last + 1, MONTHS_A_PART):
        for n in range(0, len(initiatives), MOST_INITIATIVES):
            group = initiatives[n : n + MOST_INITIATIVES]
            yield group, month_of(month), month_of(min(month + MONTHS_A_PART - 1, last))


def month_number(day):
    """The number of the month of a day, counted from the year 0."""
    return day.year * 12 + day.month - 1


def month_of(count):
    return date(count // 12, count % 12 + 1, 1)


def cells_in(part):
    """Return the [(initiative, month)] of a part, whether or not there is anything in them."""
    months = [month_of(n) for n in range(month_number(part.first), month_number(part.last) + 1)]
    return list(product(part.initiatives, months))


def start(kind, by=None):
    """Return a new run of this kind, or None where one is under way."""
    with suppress(IntegrityError), transaction.atomic():
        return RollupRun.objects.create(kind=kind, by=by)
    return None


def start_or_resume(kind):
    """Return the run of this kind that is under way, or a new one."""
    return start(kind) or RollupRun.objects.running().get(kind=kind)


def plan(pk):
    """Divide a run into its parts, once."""
    with batch(PATIENCE):
        run = RollupRun.objects.running().of_ranges().select_for_update(no_key=True).filter(pk=pk).first()
        if run and not run.ranges.exists():
            RunRange.objects.bulk_create(
                RunRange(run=run, number=n, initiatives=initiatives, first=first, last=last)
                for n, (initiatives, first, last) in enumerate(parts())
            )


def take(run):
    """Take up the next part that nobody works on, and return it, or None."""
    free = Q(taken_at=None) | Q(taken_at__lt=timezone.now() - SILENCE)
    with transaction.atomic(durable=True):
        part = run.ranges.filter(free, done_at=None).select_for_update(skip_locked=True).first()
        if part:
            part.taken_at, part.attempts = timezone.now(), part.attempts + 1
            part.save(update_fields=["taken_at", "attempts"])
    return part


def carry_on(pk):
    """Do one part of a run; return whether more may be left.

    May be called by any number of workers at any time, and killed at any point.
    """
    run = RollupRun.objects.running().of_ranges().filter(pk=pk).first()
    if run is None:
        return False
    plan(pk)
    part = take(run)
    if part is None:
        conclude(run)
        return False
    if part.attempts > ATTEMPTS:
        blame(run, part, f"{ATTEMPTS} attempts")
    else:
        work_on(run, part)
    return True


def work_on(run, part):
    try:
        with batch(PATIENCE) as cursor:
            # Whoever looks for a part to take locks this one for a moment.
            mine = RunRange.objects.select_for_update().filter(pk=part.pk, done_at=None)
            if mine.exists():
                settle(run, part, WORK[run.kind](cursor, part))
    except DatabaseError as error:
        if is_of(error, BUSY):
            # Somebody else is at it, or will take it up again.
            return
        if not is_of(error, BAD_CELL):
            raise
        blame(run, part, told(error))


def settle(run, part, done):
    RunRange.objects.filter(pk=part.pk).update(done_at=Now())
    counts = {name: F(name) + count for name, count in done.items()}
    RollupRun.objects.filter(pk=run.pk).update(worker=worker_name(), **counts)


def make_anew(cursor, part):
    """Make all sums of a part equal to the log, under the locks that whoever writes sums takes."""
    # An update holds them for seconds, and for less than a statement may take.
    cursor.execute("SET LOCAL lock_timeout = '45s'")
    cursor.execute(LOCK, [part.initiatives])
    within = {"initiative_id__in": part.initiatives, "month__range": (part.first, part.last)}
    marks = list(ChangedMonth.objects.filter(**within).values_list("pk", flat=True))
    cells, rows = make_equal(cursor, cells_in(part), marks)
    ParkedMonth.objects.filter(**within).delete()
    return {"cells": cells, "rows": rows}


def check(cursor, part):
    """Store which sums of a part are not what the log says, and have them made anew."""
    cells, left_out, found = differences(cursor, cells_in(part))
    Drift.objects.bulk_create(
        Drift(
            run_id=part.run_id,
            table=difference.rollup.name,
            initiative_id=difference.key["initiative_id"],
            month=difference.key["month"],
            key=difference.key,
            stored=difference.stored,
            counted=difference.counted,
        )
        for difference in found
    )
    mark({(difference.key["initiative_id"], difference.key["month"]) for difference in found})
    return {"cells": cells, "left_out": left_out, "differences": len(found)}


WORK = {Kind.REBUILD: make_anew, Kind.AUDIT: check}


def mark(cells):
    ChangedMonth.objects.bulk_create(
        ChangedMonth(initiative_id=initiative, month=month) for initiative, month in sorted(cells)
    )


def blame(run, part, error):
    """What fails as a whole is left to the update, which finds the month that is to blame; a check is not."""
    if run.kind == Kind.REBUILD:
        with batch(PATIENCE):
            cells = cells_in(part)
            mark(cells)
            settle(run, part, {"left_out": len(cells)})
    elif part.attempts >= ATTEMPTS:
        finish(run, State.FAILED, error=error)
    else:
        RunRange.objects.filter(pk=part.pk).update(taken_at=None)


def conclude(run):
    """Close a run of which every part is done."""
    if not run.ranges.filter(done_at=None).exists():
        finish(run, State.DONE)


def silent():
    """The runs on which nobody has worked for a while."""
    since = timezone.now() - SILENCE
    heard = RunRange.objects.filter(run=OuterRef("pk"), taken_at__gte=since)
    return RollupRun.objects.running().of_ranges().filter(~Exists(heard), started__lt=since)
