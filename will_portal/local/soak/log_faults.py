"""Faults of timing and of the log's own contents. Each takes the scene, and leaves the rest to time."""

from datetime import date, timedelta
from threading import Thread

import psycopg
from django.core.files.uploadedfile import SimpleUploadedFile

from evaluation import ranges
from evaluation.models import RollupRun
from evaluation.tasks import begin, roll_up
from initiatives.actions import imports
from initiatives.log_filters import Place
from initiatives.models import ImportRun, Initiative, InterventionKind
from will_portal.common.doorbells import ring, send
from will_portal.local.soak.levers import held, pulled
from will_portal.local.soak.people import FIRST_DAY, dsn
from will_portal.local.soak.scene import CHILDREN, QUIET
from will_portal.local.soak.server_faults import stopped_in_the_middle

ROWS = 200
HEADINGS = "iniziativa;data;tipo di intervento;persone servite\n"
COLUMNS = {"0": "initiative", "1": "day", "2": "kind", "3": "people_served"}
WAITING = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessShareLock'
        AND relation = 'initiatives_changedmonth'::regclass"""
# In Rome the clock was put forward on the last day of March 2024, and back on 27 October.
EDGES = [date(2024, month, day) for month, day in [(3, 28), (3, 29), (3, 30), (3, 31), (4, 1), (10, 26)]]
EDGES += [date(2024, month, day) for month, day in [(10, 27), (10, 31), (11, 1), (12, 31), (1, 1)]]
State = ImportRun.State


def five_at_once(scene):
    with scene.people(), psycopg.connect(dsn()) as gate:
        # Behind this lock they gather, and all begin at once when it is given back.
        gate.execute("LOCK TABLE initiatives_changedmonth IN ACCESS EXCLUSIVE MODE")
        deliveries = [Thread(target=send, args=(roll_up, [])) for _ in range(sum(CHILDREN))]
        for delivery in deliveries:
            delivery.start()
        scene.until(lambda: scene.value(WAITING) >= 5, "five deliveries were not begun at once", patience=2)
        for delivery in deliveries:
            delivery.join()


def two_on_a_cell(scene):
    with scene.people():
        stopped_in_the_middle(scene)
        # Last, since another entry of the same month would mend what this breaks.
        with held(scene, scene.enter):
            scene.enter()
            scene.wait(0.3, 0.6)


def open_writer(scene):
    with scene.people(), scene.copier.open([FIRST_DAY], [QUIET]):
        for _ in range(3):
            scene.enter()
            scene.until_summed()


def cell_born(scene):
    scene.enter()
    scene.until_summed()
    # Wrong on purpose, and unmarked: only the rebuild can find it, and is held there.
    scene.session.execute(
        "UPDATE evaluation_monthlytotal SET entries = entries + 1 WHERE initiative_id = %s", [scene.quiet]
    )
    with scene.people():
        with held(scene, rebuild):
            born = FIRST_DAY + timedelta(days=scene.lots.randrange(400, 700))
            scene.copier.copy([born], numbers=[QUIET])
            scene.enter()
            scene.wait(0.1, 0.4)
        done = (
            "SELECT state = 'done' FROM evaluation_rolluprun WHERE kind = 'rebuild' ORDER BY id DESC LIMIT 1"
        )
        scene.until(lambda: scene.value(done), "the rebuild did not end", patience=60)


def open_rebuilds():
    return RollupRun.objects.running().filter(kind=RollupRun.Kind.REBUILD)


def rebuild():
    ring(begin, ranges.start_or_resume(RollupRun.Kind.REBUILD).pk)


def failing_cell(scene):
    parked = "SELECT count(*) FROM evaluation_parkedmonth WHERE initiative_id = %s"
    with scene.people(), pulled(scene, "fail"):
        scene.enter()
        scene.until(lambda: scene.value(parked, scene.quiet), "the failing cell was not set apart")
        others_go_on(scene)
    # The pause before the next attempt is over.
    scene.session.execute("UPDATE evaluation_parkedmonth SET retry_at = now()")


def others_go_on(scene):
    """Wait until every mark of now that is of another initiative is gone."""
    newest = scene.value("SELECT coalesce(max(id), 0) FROM initiatives_changedmonth")
    before = "SELECT count(*) FROM initiatives_changedmonth WHERE id <= %s AND initiative_id <> %s"
    scene.until(lambda: scene.value(before, newest, scene.quiet) == 0, "one cell that fails holds others up")


def import_undone(scene):
    initiative = Initiative.objects.select_related("city").get(pk=scene.quiet)
    by = scene.clerk.staff_of(QUIET)
    with scene.people():
        place = Place(initiative.city.slug, initiative.city.name, city=initiative.city)
        run = imports.start_import(place=place, subject="log", file=file_of(initiative, scene.lots), by=by)
        reached(scene, run, State.MATCHING)
        imports.match(run=run, mapping=COLUMNS, options={}, by=by)
        reached(scene, run, State.REVIEW)
        imports.confirm(run=run, by=by)
        reached(scene, run, State.DONE)
        scene.until_summed()
        scene.wait(0, 0.3)
        imports.undo(run=run, by=by)
        reached(scene, run, State.UNDONE)


def file_of(initiative, lots):
    """A file of rows for the initiative, never twice the same."""
    kind = InterventionKind.objects.usable().order_by("code")[0].code
    days = [FIRST_DAY + timedelta(days=lots.randrange(300)) for _ in range(ROWS)]
    lines = [f"{initiative.code};{day:%d/%m/%Y};{kind};{lots.randrange(1, 5000)}\n" for day in days]
    return SimpleUploadedFile("registro.csv", (HEADINGS + "".join(lines)).encode())


def reached(scene, run, state):
    def is_there():
        run.refresh_from_db()
        return run.state == state

    scene.until(is_there, f"the import never came to be {state}", patience=40)


def summer_time(scene):
    with scene.people():
        for zone in ("UTC", "Europe/Rome"):
            server_in(scene, zone)
            scene.copier.copy(EDGES, zone=zone, numbers=[QUIET])
            for day in scene.lots.sample(EDGES, 2):
                scene.enter(day)
            scene.until_summed()
    server_in(scene, "UTC")


def server_in(scene, zone):
    """Move the server to a time zone, and with it all sessions that have none of their own."""
    scene.session.execute(f"ALTER SYSTEM SET timezone = '{zone}'")
    scene.session.execute("SELECT pg_reload_conf()")
