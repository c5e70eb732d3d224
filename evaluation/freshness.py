"""How fresh the sums of the log are at this moment, for whoever reads figures made of them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from evaluation.models import Outage, ParkedMonth, RollupRun, RunRange
from initiatives.models import ChangedMonth

# More marks than these are not counted: an import may leave millions for a while, and pages ask often.
MOST_MARKS = 10_000


@dataclass(frozen=True)
class Freshness:
    # Months of initiatives that wait to be summed anew, or at least so many, and since when the oldest does.
    waiting: int
    is_more: bool
    since: datetime | None
    parked: int
    outage: Outage | None
    under_way: list[RollupRun]
    # The last that brought the sums up to date, and the last check that is over.
    update: RollupRun | None
    check: RollupRun | None

    @property
    def is_moving(self):
        """Whether the next look will probably show something else."""
        return bool(self.under_way or self.waiting or self.outage)

    @property
    def tone(self):
        if self.outage or self.parked:
            return "bad"
        return "waiting" if self.waiting else "good"


def freshness():
    marks = list(
        ChangedMonth.objects.order_by("pk").values_list("initiative_id", "month", "marked_at")[:MOST_MARKS]
    )
    kinds, over = RollupRun.Kind, RollupRun.objects.exclude(state=RollupRun.State.RUNNING)
    return Freshness(
        waiting=len({(initiative, month) for initiative, month, _marked in marks}),
        is_more=len(marks) == MOST_MARKS,
        since=min((marked for _initiative, _month, marked in marks), default=None),
        parked=ParkedMonth.objects.count(),
        outage=Outage.objects.filter(ended=None).first(),
        under_way=with_progress(RollupRun.objects.running()),
        update=over.filter(state=RollupRun.State.DONE).exclude(kind=kinds.AUDIT).first(),
        check=over.filter(kind=kinds.AUDIT).first(),
    )


def with_progress(runs):
    """The runs as a list, each with `parts` and `parts_done`; an update has no parts."""
    runs = list(runs)
    counts = RunRange.objects.filter(run__in=runs).order_by().values_list("run")
    parts = {run: told for run, *told in counts.annotate(Count("pk"), Count("done_at"))}
    for run in runs:
        run.parts, run.parts_done = parts.get(run.pk, (0, 0))
    return runs
