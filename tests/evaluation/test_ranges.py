from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from evaluation import ranges, working
from evaluation.models import Drift, MonthlyPeople, MonthlyTotal, ParkedMonth, RollupRun, RunRange
from evaluation.tasks import finish_here
from evaluation.updating import roll_up
from initiatives.models import ChangedMonth, InterventionPeople
from tests.evaluation.failing import refuse_sums_of
from tests.evaluation.recount import counted, stored
from tests.projects import DAY, entry, initiative

MARCH = DAY.replace(day=1)


@pytest.fixture
def logged(cast):
    """Entries of two cities in months far apart, summed."""
    for slug, staff in [("parma", cast.parma_staff), ("verona", cast.verona_staff)]:
        for day in [DAY, date(2024, 1, 31), date(2025, 12, 1)]:
            one = entry(initiative(slug), staff, day=day)
            InterventionPeople.objects.create(
                intervention=one, sex="F", age_band="75+", citizenship="ITL", people=5, new_people=1
            )
    roll_up()


def all_right():
    return stored() == counted()


def rebuild():
    call_command("rebuild_rollups", stdout=StringIO())
    return RollupRun.objects.filter(kind="rebuild").first()


def audit():
    out = StringIO()
    call_command("audit_rollups", stdout=out)
    return out.getvalue()


def test_a_rebuild_makes_all_sums_from_nothing(logged):
    MonthlyTotal.objects.all().delete()
    MonthlyPeople.objects.all().delete()
    run = rebuild()
    assert (run.state, run.cells, run.rows) == ("done", 6, 12)
    assert all_right()


def test_a_rebuild_touches_nothing_that_is_right(logged):
    assert rebuild().rows == 0


def test_a_rebuild_takes_away_what_the_log_has_not(logged):
    stray = MonthlyTotal.objects.first()
    stray.pk, stray.month, stray.initiative_id = None, date(2019, 1, 1), 999_999
    stray.save(force_insert=True)
    rebuild()
    assert all_right()


def test_a_rebuild_does_what_is_marked_and_what_was_set_apart(logged, cast):
    entry(initiative("parma"), cast.parma_staff)
    ParkedMonth.objects.create(
        initiative=initiative("parma"), month=MARCH, error="x", retry_at=timezone.now()
    )
    rebuild()
    assert (ChangedMonth.objects.count(), ParkedMonth.objects.count()) == (0, 0)
    assert all_right()


def test_a_rebuild_is_divided_by_quarters_and_by_groups_of_initiatives(logged, monkeypatch):
    monkeypatch.setattr(ranges, "MOST_INITIATIVES", 1)
    run = rebuild()
    parts = list(run.ranges.values_list("first", "last"))
    assert parts[:3] == [(date(2024, 1, 1), date(2024, 3, 1))] * 2 + [(date(2024, 4, 1), date(2024, 6, 1))]
    assert parts[-1] == (date(2026, 1, 1), MARCH)


def test_a_rebuild_that_was_left_is_carried_on_where_it_was(logged):
    run = ranges.start("rebuild")
    ranges.carry_on(run.pk)
    done = RunRange.objects.exclude(done_at=None).count()
    assert (done, ranges.silent().count()) == (1, 0)
    RollupRun.objects.update(started=timezone.now() - timedelta(minutes=2))
    RunRange.objects.update(taken_at=timezone.now() - timedelta(minutes=1))
    assert list(ranges.silent()) == [run]
    assert finish_here(run).state == "done"


def test_a_part_that_kills_its_workers_is_left_to_the_update(logged):
    run = ranges.start("rebuild")
    ranges.plan(run.pk)
    RunRange.objects.filter(number=0).update(attempts=ranges.ATTEMPTS)
    ranges.carry_on(run.pk)
    assert ChangedMonth.objects.filter(month=date(2024, 1, 1)).count() == 2


def test_a_month_that_fails_is_left_to_the_updates_and_told(logged):
    MonthlyTotal.objects.all().delete()
    refuse_sums_of(initiative("parma"))
    with pytest.raises(CommandError, match="left to the updates"):
        rebuild()
    roll_up()
    assert set(ParkedMonth.objects.values_list("initiative", flat=True)) == {initiative("parma").pk}
    assert MonthlyTotal.objects.filter(initiative=initiative("verona")).count() == 3


def test_a_second_rebuild_is_the_one_under_way(logged):
    run = ranges.start("rebuild")
    assert ranges.start("rebuild") is None
    assert rebuild() == run


@pytest.mark.django_db(transaction=True)
def test_the_command_waits_for_whoever_holds_its_run(logged, monkeypatch):
    monkeypatch.setitem(working.LIMITS, "lock_timeout", "50ms")
    run, other = ranges.start("rebuild"), connection.copy()
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM evaluation_rolluprun WHERE id = %s FOR UPDATE", [run.pk])
    with monkeypatch.context() as patch:
        patch.setattr("evaluation.tasks.time.sleep", lambda seconds: other.close())
        assert finish_here(run).state == "done"


def test_an_empty_log_is_rebuilt_and_checked_at_once(cast):
    assert rebuild().state == "done"
    assert "0 differences in 0 months" in audit()


def test_a_check_finds_nothing_where_all_is_right(logged):
    assert "0 differences in 6 months" in audit()


def test_a_check_tells_each_row_that_is_not_what_the_log_says(logged):
    MonthlyTotal.objects.filter(month=MARCH, initiative=initiative("parma")).update(cost=5, people_served=1)
    with pytest.raises(CommandError, match="1 differences"):
        audit()
    drift = Drift.objects.get()
    assert (drift.table, drift.initiative_id, drift.month) == ("totals", initiative("parma").pk, MARCH)
    assert sorted(drift.measures) == ["cost", "people_served"]
    assert (drift.stored["people_served"], drift.counted["people_served"]) == (1, 12)


def test_a_check_finds_rows_that_are_missing_and_rows_too_many(logged):
    MonthlyTotal.objects.filter(month=MARCH, initiative=initiative("parma")).delete()
    MonthlyPeople.objects.filter(month=MARCH, initiative=initiative("verona")).update(sex="M")
    with pytest.raises(CommandError, match="3 differences"):
        audit()
    assert sorted((bool(drift.stored), bool(drift.counted)) for drift in Drift.objects.all()) == [
        (False, True),
        (False, True),
        (True, False),
    ]


def test_what_a_check_found_is_made_right_by_the_next_update(logged):
    MonthlyTotal.objects.update(cost=5)
    with pytest.raises(CommandError):
        audit()
    roll_up()
    assert all_right()


def test_a_check_does_not_report_what_is_merely_not_yet_summed(logged, cast):
    entry(initiative("parma"), cast.parma_staff)
    assert "0 differences in 5 months" in audit()


def test_a_check_tells_how_many_it_left_out(logged, cast):
    entry(initiative("parma"), cast.parma_staff)
    assert "1 that wait to be summed" in audit()


def test_a_check_does_not_report_what_is_set_apart(logged):
    MonthlyTotal.objects.filter(month=MARCH, initiative=initiative("parma")).update(cost=5)
    ParkedMonth.objects.create(
        initiative=initiative("parma"), month=MARCH, error="x", retry_at=timezone.now()
    )
    assert "0 differences in 5 months" in audit()
