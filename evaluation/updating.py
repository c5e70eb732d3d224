"""Bring the sums up to date: claim marked months, sum them anew, take their marks away, until none is left.

A batch is one transaction of two statements that matter. The first takes the locks of some initiatives, those
that are free; the second, whose snapshot is younger than the locks, reads the log, writes the sums and
deletes the marks that it sees, no others. So any number of workers may do this at once, twice or never, and
die at any point: what is not committed is marked still. Whoever meets a busy initiative leaves it, since the
one who holds it looks again after its commit.
"""

import time
from datetime import timedelta
from functools import partial
from itertools import chain

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from evaluation.models import ParkedMonth, RollupRun
from evaluation.rollups import MARKS, PARKED, arrays, lock_key, make_equal
from evaluation.working import batch, recorded_update
from initiatives.models import ChangedMonth
from will_portal.common.database_errors import told

# Locks fill a table of the database that is sized for all connections together; cells make a batch short.
MOST_INITIATIVES, MOST_CELLS = 200, 1_000
# So many that fail in one run are no bad cells but a bad release.
MOST_PARKED = 20
# In seconds; another task goes on where this ends, so that others have their turn.
LONGEST = 60
# A batch is sized to take a second or two; what has proved too slow is divided with less patience, or one
# slow cell would hold up all others for minutes.
PATIENCE, LESS_PATIENCE = 20, 5
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=1)
TOO_SLOW = "57014"
# Classes of SQLSTATE that speak of the rows, and a cell that takes too long.
BAD_CELL = ("21", "22", "23", "54", "P0", TOO_SLOW)
# What passes by itself: a cell that meets it keeps its marks, and the others go on without it.
BUSY = ("40", "53200", "55P03")
MARKED = f"""
    WITH marked AS MATERIALIZED (
        SELECT initiative_id, min(id) AS oldest, max(id) AS newest FROM {MARKS}
        WHERE initiative_id <> ALL (%s) GROUP BY initiative_id
    ), held AS MATERIALIZED (
        SELECT initiative_id FROM (SELECT initiative_id FROM marked ORDER BY {{first}} OFFSET 0) AS ordered
        WHERE pg_try_advisory_xact_lock({lock_key("initiative_id")}) LIMIT {MOST_INITIATIVES}
    )
    SELECT initiative_id, month, array_agg(id) FROM {MARKS} JOIN held USING (initiative_id)
    GROUP BY initiative_id, month ORDER BY {{cell}} LIMIT {MOST_CELLS}
"""
# Whoever has just rung waits for their own figures, however long the queue.
NEWEST = MARKED.format(first="newest DESC", cell="max(id) DESC")
OLDEST = MARKED.format(first="oldest", cell="min(id)")
THESE = f"""
    WITH wanted AS MATERIALIZED (
        SELECT DISTINCT initiative_id FROM unnest(%s::bigint[]) AS w (initiative_id) ORDER BY 1
    )
    SELECT initiative_id FROM wanted WHERE pg_try_advisory_xact_lock({lock_key("initiative_id")})
"""
RECOVER = f"""
    DELETE FROM {PARKED} AS p
    USING unnest(%(initiatives)s::bigint[], %(months)s::date[]) AS c (initiative_id, month)
    WHERE p.initiative_id = c.initiative_id AND p.month = c.month
"""


class GaveUp(Exception):
    """So many cells fail that it is no fault of theirs; their marks stay."""


def roll_up():
    """Sum anew what is marked, until nothing is that is free, or for a minute; return whether more waits.

    Raises what the database raises where it is not the fault of single cells, and GaveUp.
    """
    if not ChangedMonth.objects.exists():
        return False
    deadline = time.monotonic() + LONGEST
    with recorded_update() as run:
        update = Update(run)
        more = update.batch_of(NEWEST)
        while more and time.monotonic() < deadline:
            more = update.batch_of(OLDEST)
    return more


class Update:
    """The batches of one run, and the initiatives that it leaves to a later one."""

    def __init__(self, run):
        self.run = run
        self.left = []
        self.patience = PATIENCE

    def batch_of(self, waiting):
        """Do a batch of what waits; return whether there may be more."""
        return self.settle(partial(claim, waiting=waiting, left=self.left))

    def settle(self, claiming):
        """Claim cells and sum them, all of them or in parts; return whether there were any."""
        cells = {}
        try:
            with batch(self.patience) as cursor:
                cells = claiming(cursor)
                if cells:
                    self.write(cursor, cells)
        except DatabaseError as error:
            if not cells or not is_of(error, BAD_CELL + BUSY):
                raise
            self.divide(list(cells), error)
            return True
        self.run.cells += len(cells)
        return bool(cells)

    def write(self, cursor, cells):
        """Sum these anew: {(initiative, month): the numbers of its marks}."""
        _cells, rows = make_equal(cursor, list(cells), list(chain.from_iterable(cells.values())))
        cursor.execute(RECOVER, arrays(list(cells)))
        RollupRun.objects.filter(pk=self.run.pk).update(cells=F("cells") + len(cells), rows=F("rows") + rows)

    def divide(self, cells, error):
        """Try the halves of what failed, down to the cell that is to blame."""
        if is_of(error, TOO_SLOW):
            self.patience = LESS_PATIENCE
        if len(cells) > 1:
            middle = len(cells) // 2
            for half in (cells[:middle], cells[middle:]):
                self.settle(partial(claim_these, cells=half))
        elif is_of(error, BUSY):
            self.left.append(cells[0][0])
        else:
            self.try_alone(cells)

    def try_alone(self, cells):
        """Try one cell once more, and set it apart if it fails."""
        cause = None
        with batch(self.patience) as cursor:
            claimed = claim_these(cursor, cells)
            if not claimed:
                return
            try:
                with transaction.atomic():
                    self.write(cursor, claimed)
            except DatabaseError as error:
                if not is_of(error, BAD_CELL):
                    raise
                cause = error.__cause__
                park(claimed, told(error))
        if cause is None:
            self.run.cells += 1
            return
        self.run.parked += 1
        if self.run.parked == MOST_PARKED:
            raise GaveUp from cause


def is_of(error, classes):
    return (getattr(error.__cause__, "sqlstate", None) or "").startswith(classes)


def claim(cursor, waiting, left):
    """Lock what waits and is free and not left for later; return {cell: the numbers of its marks}."""
    cursor.execute(waiting, [left])
    return {(initiative, month): marks for initiative, month, marks in cursor}


def claim_these(cursor, cells):
    """Lock those of the cells whose initiatives are free; return {cell: the numbers of its marks}."""
    cursor.execute(THESE, [[initiative for initiative, _month in cells]])
    held = {initiative for (initiative,) in cursor}
    claimed = {cell: [] for cell in cells if cell[0] in held}
    for pk, *cell in marks_of(claimed).values_list("pk", "initiative_id", "month"):
        claimed.get(tuple(cell), []).append(pk)
    return claimed


def marks_of(cells):
    """The marks of at least these cells."""
    initiatives, months = ({cell[n] for cell in cells} for n in (0, 1))
    return ChangedMonth.objects.filter(initiative_id__in=initiatives, month__in=months)


def park(claimed, error):
    """Set a cell apart, with the marks that were tried: one that came since may be the remedy, and stays."""
    [((initiative, month), marks)] = claimed.items()
    ChangedMonth.objects.filter(pk__in=marks).delete()
    parked = ParkedMonth.objects.filter(initiative=initiative, month=month).first()
    attempts = parked.attempts + 1 if parked else 1
    ParkedMonth.objects.update_or_create(
        initiative_id=initiative,
        month=month,
        defaults={"error": error, "attempts": attempts, "retry_at": timezone.now() + pause(attempts)},
    )


def pause(attempts):
    """How long a cell is left alone after so many failures."""
    return min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LAST_RETRY)


@transaction.atomic
def mark_parked():
    """Mark what was set apart and may be tried again; it stays set apart until that succeeds."""
    due = ParkedMonth.objects.select_for_update(skip_locked=True).filter(retry_at__lte=timezone.now())
    for parked in due:
        ChangedMonth.objects.create(initiative_id=parked.initiative_id, month=parked.month)
        parked.retry_at = timezone.now() + pause(parked.attempts + 1)
        parked.save(update_fields=["retry_at"])
