"""Runs over the sums of the log and what they found, for the tests: in whatever state, without a worker."""

from datetime import date, timedelta

from django.utils import timezone

from evaluation.models import Drift, ParkedMonth, RollupRun, RunRange

MONTH = date(2026, 3, 1)
STORED = {"entries": 1, "people_served": 771, "cost": "12.00"}
COUNTED = STORED | {"people_served": 772, "cost": "13.00"}


def rollup_run(kind, state="done", seconds=2, **fields):
    """Store a run; what is over took so many seconds until now."""
    now = timezone.now()
    values = {"kind": kind, "state": state, "started": now - timedelta(seconds=seconds)}
    if state != "running":
        values |= {"finished": now, "worker": "worker-1 4312"}
    return RollupRun.objects.create(**values | fields)


def part(run, number, *, done):
    finished = timezone.now() if done else None
    return RunRange.objects.create(
        run=run, number=number, initiatives=[1], first=MONTH, last=MONTH, done_at=finished
    )


def drift(run, initiative, **fields):
    values = {"table": "totals", "month": MONTH, "key": {}, "stored": STORED, "counted": COUNTED}
    return Drift.objects.create(run=run, initiative=initiative, **values | fields)


def parked(initiative, **fields):
    values = {
        "month": MONTH,
        "error": "IntegrityError 23514",
        "retry_at": timezone.now() + timedelta(hours=1),
    }
    return ParkedMonth.objects.create(initiative=initiative, **values | fields)
