"""The releases that the dashboard reads: how long the first takes, and the next after a correction."""

from datetime import date
from time import perf_counter
from uuid import uuid4

from django.contrib.auth.models import Group
from django.db import connection

from evaluation import updating
from evaluation.models import ReleasedFigure
from evaluation.releases import make_release
from initiatives.actions.log import record
from initiatives.actions.months import close_month, reopen_month
from initiatives.models import Initiative, Intervention, InterventionKind, MonthClosing
from will_portal.accounts.groups import RESEARCHER
from will_portal.accounts.models import User
from will_portal.local.bench import rollup_whole
from will_portal.local.bench.generator import FIRST_DAY
from will_portal.local.bench.imports import forget_peak, peak
from will_portal.local.bench.measure import Comparison

RESEARCHER_EMAIL = "researcher@bench.example"
# Seconds, and MB: targets of ours.
FIRST_RELEASE, NEXT_RELEASE, MEGABYTES = 900, 300, 1024
CORRECTED = date(2023, 5, 1)
# Ten after ten, since the cities take turns.
HIDE_HALF = """
    UPDATE initiatives_initiative SET published_at = NULL
    WHERE code LIKE 'BENCH-%' AND right(code, 4)::int / 10 % 2 = 1"""
CLOSE_ALL_BUT_THE_LAST = """
    INSERT INTO initiatives_monthclosing (city_id, month, closed_at, closed_by_id, reopen_reason)
    SELECT city_id, later::date, later + interval '2 months', closed_by_id, ''
    FROM (
        SELECT city_id, min(closed_by_id) AS closed_by_id, max(month) AS last
        FROM initiatives_monthclosing GROUP BY 1
    ) AS closed
    CROSS JOIN generate_series(last + interval '1 month', %s::timestamp, interval '1 month') AS later"""
LAST_CLOSED = FIRST_DAY.replace(year=FIRST_DAY.year + 5, month=8)


def made():
    """Sum the log, close its months and make two releases; return the lines of how long these took."""
    rollup_whole.filled()
    prepare()
    forget_peak()
    first, rows = timed()
    memory = peak()
    correct()
    second, changed = timed()
    return [
        Comparison(7, f"first release, {rows:,} rows, s", "", None, None, first, FIRST_RELEASE),
        Comparison(7, f"the next, {changed:,} rows, s", "", None, None, second, NEXT_RELEASE),
        Comparison(7, "most memory of the first, MB", "", None, None, round(memory), MEGABYTES),
    ]


def prepare():
    with connection.cursor() as cursor:
        cursor.execute(HIDE_HALF)
        cursor.execute(CLOSE_ALL_BUT_THE_LAST, [LAST_CLOSED])
    researcher = User.objects.create(email=RESEARCHER_EMAIL, is_active=True)
    researcher.groups.add(Group.objects.get_or_create(name=RESEARCHER)[0])


def timed():
    """Make a release; return the seconds, and how many rows it brought."""
    started = perf_counter()
    release = make_release()
    taken = perf_counter() - started
    with connection.cursor() as cursor:
        # As autovacuum would.
        cursor.execute(f"VACUUM ANALYZE {ReleasedFigure._meta.db_table}")
    return taken, ReleasedFigure.objects.filter(since=release).count()


def correct():
    """Open a month of a city, add an entry of forty people, and close it again."""
    initiative = Initiative.objects.select_related("city").get(code="BENCH-0000")
    lead = User.objects.get(email=f"lead-{initiative.city.slug}-0@bench.example")
    closing = MonthClosing.objects.of(initiative.city_id, CORRECTED).get()
    reopen_month(closing=closing, reason="Mancavano fogli.", by=lead)
    entry = Intervention(
        public_id=uuid4(),
        initiative=initiative,
        day=CORRECTED,
        kind=InterventionKind.objects.usable().order_by("code")[0],
        people_served=40,
        new_people=10,
    )
    record(entry=entry, breakdown=[], by=lead)
    while updating.roll_up():
        pass
    close_month(city=initiative.city, month=CORRECTED, by=lead)
