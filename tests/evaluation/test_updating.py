from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import timezone
from psycopg import IsolationLevel

from evaluation import updating, working
from evaluation.models import MonthlyTotal, ParkedMonth, RollupRun
from evaluation.updating import roll_up
from initiatives.models import ChangedMonth
from tests.evaluation.failing import accept_sums, refuse_sums_of, slow_sums_of
from tests.projects import DAY, entry, initiative

MARCH = DAY.replace(day=1)


@pytest.fixture
def parmas(cast):
    return initiative("parma")


@pytest.fixture
def veronas(cast):
    return initiative("verona")


def summed(project):
    return sum(MonthlyTotal.objects.filter(initiative=project).values_list("entries", flat=True))


def test_what_is_marked_is_summed_and_no_longer_marked(cast, parmas):
    entry(parmas, cast.parma_staff)
    roll_up()
    assert (summed(parmas), ChangedMonth.objects.count()) == (1, 0)


def test_a_run_tells_what_it_did(cast, parmas):
    entry(parmas, cast.parma_staff)
    entry(parmas, cast.parma_staff, day=date(2026, 4, 1))
    roll_up()
    run = RollupRun.objects.get()
    assert (run.kind, run.state, run.cells, run.rows) == ("update", "done", 2, 2)
    assert run.started <= run.finished <= timezone.now()


def test_nothing_marked_leaves_no_run(cast):
    assert roll_up() is False
    assert not RollupRun.objects.exists()


def test_the_cell_that_fails_is_set_apart_and_its_neighbours_are_summed(cast, parmas, veronas):
    entry(parmas, cast.parma_staff)
    entry(veronas, cast.verona_staff)
    refuse_sums_of(parmas)
    roll_up()
    parked = ParkedMonth.objects.get()
    assert (parked.initiative_id, parked.month, summed(veronas)) == (parmas.pk, MARCH, 1)
    assert not ChangedMonth.objects.exists()


def test_what_is_told_of_a_failure_holds_no_figure(cast, parmas):
    entry(parmas, cast.parma_staff, people_served=4321)
    refuse_sums_of(parmas)
    roll_up()
    assert ParkedMonth.objects.get().error == "DataError 22003"


def test_a_run_counts_what_it_set_apart(cast, parmas):
    entry(parmas, cast.parma_staff)
    refuse_sums_of(parmas)
    roll_up()
    assert (RollupRun.objects.get().parked, RollupRun.objects.get().state) == (1, "done")


def test_what_is_set_apart_is_tried_again_once_it_is_time(cast, parmas):
    entry(parmas, cast.parma_staff)
    refuse_sums_of(parmas)
    roll_up()
    accept_sums()
    updating.mark_parked()
    assert not ChangedMonth.objects.exists()
    ParkedMonth.objects.update(retry_at=timezone.now())
    updating.mark_parked()
    roll_up()
    assert (summed(parmas), ParkedMonth.objects.count()) == (1, 0)


def test_each_failure_is_followed_by_a_longer_pause_up_to_an_hour():
    pauses = [updating.pause(attempts) for attempts in (1, 2, 3, 8, 9, 1000)]
    assert pauses == [timedelta(seconds=s) for s in (30, 60, 120, 3600, 3600, 3600)]


def test_a_new_entry_has_its_cell_tried_at_once(cast, parmas):
    entry(parmas, cast.parma_staff)
    refuse_sums_of(parmas)
    roll_up()
    accept_sums()
    entry(parmas, cast.parma_staff)
    roll_up()
    assert (summed(parmas), ParkedMonth.objects.count()) == (2, 0)


def test_where_everything_fails_the_run_gives_up_and_the_marks_stay(cast, parmas):
    for month in range(1, 25):
        entry(parmas, cast.parma_staff, day=date(2023 + month // 12, month % 12 + 1, 1))
    refuse_sums_of(parmas)
    with pytest.raises(updating.GaveUp):
        roll_up()
    run = RollupRun.objects.get()
    assert (run.state, run.parked, ChangedMonth.objects.count()) == ("failed", 20, 4)


def test_a_cell_that_takes_too_long_is_set_apart_before_others_wait_for_minutes(
    cast, parmas, veronas, monkeypatch
):
    monkeypatch.setattr(updating, "PATIENCE", 1)
    monkeypatch.setattr(updating, "LESS_PATIENCE", 0.1)
    for month in range(1, 9):
        entry(veronas, cast.verona_staff, day=date(2025, month, 1))
    entry(parmas, cast.parma_staff)
    slow_sums_of(parmas)
    roll_up()
    assert (summed(veronas), summed(parmas)) == (8, 0)
    assert ParkedMonth.objects.get().error == "OperationalError 57014"


def test_the_newest_mark_is_first_however_many_wait(cast, parmas, veronas, monkeypatch):
    monkeypatch.setattr(updating, "LONGEST", 0)
    monkeypatch.setattr(updating, "NEWEST", updating.NEWEST.replace("LIMIT 200", "LIMIT 1"))
    entry(parmas, cast.parma_staff)
    entry(veronas, cast.verona_staff)
    assert roll_up() is True
    assert (summed(parmas), summed(veronas)) == (0, 1)


@pytest.fixture
def other(transactional_db):
    """A second connection to the database of the test."""
    second = connection.copy()
    second.ensure_connection()
    yield second
    second.close()


def test_an_initiative_that_another_worker_holds_is_left_with_its_marks(other, cast, parmas, veronas):
    entry(parmas, cast.parma_staff)
    entry(veronas, cast.verona_staff)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock((5::bigint << 60) | %s)", [parmas.pk])
    roll_up()
    assert (summed(parmas), summed(veronas)) == (0, 1)
    assert ChangedMonth.objects.get().initiative_id == parmas.pk


def test_a_row_that_somebody_holds_does_not_hold_up_the_others(other, cast, parmas, veronas, monkeypatch):
    monkeypatch.setitem(working.LIMITS, "lock_timeout", "100ms")
    entry(parmas, cast.parma_staff)
    roll_up()
    entry(parmas, cast.parma_staff)
    entry(veronas, cast.verona_staff)
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE evaluation_monthlytotal SET cost = cost")
    roll_up()
    assert (summed(parmas), summed(veronas)) == (1, 1)
    other.close()
    roll_up()
    assert (summed(parmas), ParkedMonth.objects.count()) == (2, 0)


def test_an_open_transaction_is_not_waited_for_and_not_lost(other, cast, parmas):
    first = entry(parmas, cast.parma_staff)
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute(
            "UPDATE initiatives_intervention SET people_served = 40, version = 2 WHERE id = %s", [first.pk]
        )
    roll_up()
    assert MonthlyTotal.objects.get().people_served == 12
    with other.cursor() as cursor:
        cursor.execute("COMMIT")
    roll_up()
    assert MonthlyTotal.objects.get().people_served == 40


def test_a_run_whose_worker_is_gone_is_closed(transactional_db):
    RollupRun.objects.create(kind="update")
    working.close_interrupted()
    run = RollupRun.objects.get()
    assert (run.state, run.finished is None) == ("interrupted", False)


def test_a_run_whose_worker_is_at_work_stays_open(other):
    run = RollupRun.objects.create(kind="update")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock((6::bigint << 60) | %s)", [run.pk])
    working.close_interrupted()
    run.refresh_from_db()
    assert run.state == "running"


def test_sums_are_refused_at_another_isolation(transactional_db):
    connection.ensure_connection()
    usual = connection.connection.isolation_level
    connection.connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with pytest.raises(ImproperlyConfigured), working.batch(5):
            pass
    finally:
        connection.connection.isolation_level = usual
