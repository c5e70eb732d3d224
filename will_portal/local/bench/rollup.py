"""./will bench rollup: rows 1 to 4 of the benchmarks."""

import sys
from contextlib import closing
from datetime import timedelta
from random import Random
from statistics import median
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from evaluation import updating
from evaluation.models import MonthlyTotal, ParkedMonth
from evaluation.rollups import ENTRIES, MAKE_EQUAL, PARTS, ROLLUPS, arrays, plan_for_few
from initiatives import triggers
from initiatives.actions.log import record
from initiatives.models import (
    ChangedMonth,
    Initiative,
    Intervention,
    InterventionKind,
    InterventionPeople,
    MonthClosing,
)
from will_portal.accounts.models import User
from will_portal.local.bench import rollup_sql, rollup_whole
from will_portal.local.bench.explain import explain, title
from will_portal.local.bench.generator import KINDS
from will_portal.local.bench.imports import FIRST_OPEN, OPEN_DAYS, Speedup
from will_portal.local.bench.measure import Statements, compared, in_turns

TRIES, REFRESHES, IMPORTS = 100, 3, 5
FASTER, GROWTH, PROPORTION = 1_000, 1.3, 1.2
# The smaller log of row 2 has so many times fewer rows.
FEWER = 10
CHANGED, CELLS = 10_000, (10, 100, 1_000)
BREAKDOWN = [(sex, age_band) for sex in "FM" for age_band in ("18-29", "65-74")]
MARK = triggers.mark("SELECT %s::bigint AS initiative_id, %s::date AS month")


def compare(databases, options):
    """Return the lines of the table."""
    many, few = databases.of(options.rows), databases.of(options.rows // FEWER)
    with closing(many), closing(few), databases.copy_of(many) as large, databases.copy_of(few) as small:
        whole = list(rollup_whole.compare(large, databases.url))
        with small.used():
            rollup_whole.filled()
        offices = Office(large), Office(small)
        for office in reversed(offices):
            office.warm()
        lines = [*after_one(*offices), *after_imports(large)]
        if options.explain:
            show(offices[0])
    return lines + whole


class Office:
    """Logs one entry after the other on one side, in the months that are open, as its form does."""

    def __init__(self, side):
        self.side, self.lots = side, Random(side.rows)  # nosec B311
        with side.used():
            self.initiatives = list(
                Initiative.objects.filter(code__startswith="BENCH-").select_related("city").order_by("code")
            )
            self.kinds = list(InterventionKind.objects.usable().order_by("code")[:KINDS])
            self.staff = {user.email: user for user in User.objects.filter(email__startswith="staff-")}

    def log(self):
        """Log an entry; return its cell."""
        initiative = self.lots.choice(self.initiatives)
        entry = Intervention(
            public_id=uuid4(),
            initiative=initiative,
            day=FIRST_OPEN + timedelta(days=self.lots.randrange(OPEN_DAYS)),
            kind=self.lots.choice(self.kinds),
            people_served=20,
            new_people=4,
            hours=4,
        )
        by = self.staff[f"staff-{initiative.city.slug}-0@bench.example"]
        record(entry=entry, breakdown=breakdown_of(entry), by=by)
        return initiative.pk, entry.month

    def warm(self):
        """Have the open months in memory, as they are where people log all day."""
        with self.side.used():
            ChangedMonth.objects.bulk_create(
                ChangedMonth(initiative_id=initiative, month=month)
                for initiative, month in MonthlyTotal.objects.filter(month__gte=FIRST_OPEN)
                .values_list("initiative_id", "month")
                .distinct()
            )
            up_to_date()

    def updated(self):
        """Log an entry and bring the sums up to date; return how long the database took for the latter."""
        with self.side.used():
            cell = self.log()
            return taken(up_to_date(cell))


def breakdown_of(entry):
    return [
        InterventionPeople(
            intervention=entry, sex=sex, age_band=band, citizenship="ND", people=5, new_people=1
        )
        for sex, band in BREAKDOWN
    ]


def up_to_date(cell=None):
    """Bring the sums up to date; return what was sent, with the mark of a cell as its trigger writes it."""
    with Statements().watched() as statements:
        if cell:
            with connection.cursor() as cursor:
                cursor.execute(MARK, cell)
        updating.roll_up()
    if ChangedMonth.objects.exists() or ParkedMonth.objects.exists():
        raise AssertionError("The sums are not up to date.")
    return statements.sent


def taken(sent):
    return sum(seconds for seconds, _statement, _params in sent)


def after_one(large, small):
    """Yield rows 1 and 2."""
    many, few = in_turns(large.updated, small.updated, TRIES)
    refreshed = [refreshed_after_one(large) for _ in range(REFRESHES)]
    work = f"sums up to date after one entry, {large.side.rows:,} rows"
    ours, others = median(many), median(refreshed)
    against = "REFRESH MATERIALIZED VIEW CONCURRENTLY"
    yield Speedup(1, work, against, ours, others, others / ours, FASTER)
    yield compared(2, work, f"the same, {small.side.rows:,} rows", (many, few), GROWTH)


def refreshed_after_one(office):
    with office.side.used():
        office.log()
        seconds = rollup_sql.refreshed()
        up_to_date()
    return seconds


def after_imports(side):
    """Yield row 3: each number of cells against so many times the time of the number before."""
    with side.used():
        MonthClosing.objects.all().delete()
        cells = list(MonthlyTotal.objects.values_list("initiative_id", "city_id", "month").distinct())
        cells.sort()
        lots = Random(len(cells))  # nosec B311
        times = {number: [] for number in CELLS}
        for _ in range(IMPORTS):
            for number, measured in times.items():
                measured.append(after_import(lots.sample(cells, number)))
    for fewer, number in zip(CELLS, CELLS[1:], strict=False):
        factor = number / fewer
        proportional = [seconds * factor for seconds in times[fewer]]
        work = f"after {CHANGED:,} rows in {number:,} cells"
        yield compared(
            3, work, f"{factor:g} times that of {fewer:,} cells", (times[number], proportional), PROPORTION
        )


def after_import(cells):
    """Return how long the database took for the sums of these cells after an import, which is then undone."""
    last = Intervention.objects.order_by("-pk").values_list("pk", flat=True)[0]
    load(cells)
    seconds = taken(up_to_date())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {PARTS} WHERE intervention_id > %s", [last])  # nosec B608
        cursor.execute(f"DELETE FROM {ENTRIES} WHERE id > %s", [last])  # nosec B608
    up_to_date()
    return seconds


@transaction.atomic
def load(cells):
    """Write as many rows as an import would, in turns to these cells; half of them have a breakdown."""
    staff = User.objects.filter(email__startswith="staff-")[0]
    kinds = list(InterventionKind.objects.usable().order_by("code").values_list("pk", flat=True)[:KINDS])
    entries = []
    for number in range(CHANGED):
        initiative, city, month = cells[number % len(cells)]
        entries.append(
            Intervention(
                initiative_id=initiative,
                city_id=city,
                day=month + timedelta(days=number // len(cells) % 28),
                kind_id=kinds[number // len(cells) % len(kinds)],
                people_served=20,
                new_people=4,
                cost=number % 100 if number % 5 == 0 else None,
                entered_by=staff,
                confirmed_by=staff,
                confirmed_at=timezone.now(),
            )
        )
    Intervention.objects.bulk_create(entries)
    parts = [part for entry in entries[::2] for part in breakdown_of(entry)]
    InterventionPeople.objects.bulk_create(parts)


def show(office):
    """Print what either side sends, and the plans."""
    with office.side.used():
        cell = office.log()
        explain_make_equal(cell)
        title("the portal, after one entry; a rebuild sends its second last statement for its ranges")
        for _taken, statement, params in up_to_date():
            print(" ".join(statement.split()), f"-- {params!r}", file=sys.stderr)
        title("refresh, and the bare GROUP BY")
        for statement in rollup_sql.REFRESHES:
            print(statement, file=sys.stderr)
        for rollup in ROLLUPS:
            explain_grouped(rollup)


def explain_make_equal(cell):
    title("the portal's statement for one cell")
    marks = ChangedMonth.objects.values_list("pk", flat=True)
    with transaction.atomic(), connection.cursor() as cursor:
        plan_for_few(cursor)
        explain(MAKE_EQUAL, arrays([cell]) | {"marks": list(marks)})
        transaction.set_rollback(True)


def explain_grouped(rollup):
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in rollup_sql.ALONE.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")
        cursor.execute("SET LOCAL statement_timeout = 0")
        explain(rollup_sql.grouped(rollup), None)
