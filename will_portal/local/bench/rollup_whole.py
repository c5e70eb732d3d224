"""Row 4: all sums made anew, against the bare GROUP BY of the same rows."""

import time
from time import perf_counter

from django.db import connection

from evaluation import ranges, tasks
from evaluation.models import RollupRun
from evaluation.rollups import ROLLUPS
from will_portal.local.bench.measure import compared, seconds
from will_portal.local.bench.rollup_sql import build_views, check_same, discarded, stored
from will_portal.local.bench.rollup_workers import workers

TRIES = 3
TARGET = 1.5
WORKERS = 2
PAUSE = 0.05


def compare(side, url):
    """Yield the lines; `side` is a copy whose log has no sums yet, and has them afterwards, and the views."""
    with side.used():
        empty = turns(filled, stored)
        whole = turns(rebuilt, discarded)
        build_views()
        check_same()
    work = f"make all sums of {side.rows:,} rows anew"
    yield compared(4, f"{work}, where they are right", "bare GROUP BY, rows discarded", whole, TARGET)
    against = "bare GROUP BY into tables with the same keys"
    yield compared(4, f"{work}, into empty tables", against, empty, TARGET)
    if WORKERS:
        side.close()
        with workers(url, side.name, WORKERS), side.used():
            times = [together() for _ in range(TRIES)], whole[1]
        yield compared(4, f"{work}, {WORKERS} Celery workers", "bare GROUP BY, rows discarded", times, TARGET)


def turns(ours, others):
    times = [], []
    for _ in range(TRIES):
        times[1].append(others())
        times[0].append(ours())
    return times


def filled():
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(rollup.table for rollup in ROLLUPS)}")
    taken = rebuilt()
    with connection.cursor() as cursor:
        # As autovacuum would, so that each turn finds what the first one found.
        for rollup in ROLLUPS:
            cursor.execute(f"VACUUM ANALYZE {rollup.table}")
    return taken


def rebuilt():
    """Make all sums anew in this session; return the seconds."""

    def alone():
        run = ranges.start(RollupRun.Kind.REBUILD)
        while ranges.carry_on(run.pk):
            pass
        over(run)

    return seconds(alone)


def over(run):
    run.refresh_from_db()
    if run.state != RollupRun.State.DONE:
        raise AssertionError(f"Run {run} is {run.state}: {run.error}")


def together():
    started = perf_counter()
    run = ranges.start(RollupRun.Kind.REBUILD)
    tasks.begin(run.pk)
    while RollupRun.objects.running().filter(pk=run.pk).exists():
        time.sleep(PAUSE)
    taken = perf_counter() - started
    over(run)
    return taken
