"""What is kept of an import, and for how long."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from initiatives.actions import imports
from initiatives.imports import retention
from initiatives.models import ExportRun, ImportedRow, ImportProblem, ImportRun
from tests.initiatives.imports.runs import enter_world, run_in
from will_portal.common.models import StoredFile, StoredPart
from will_portal.common.stored_files import delete_unreferenced

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State


@pytest.fixture
def world(transactional_db):
    return enter_world()


def aged(world, state, days=31, **fields):
    """Store an import with all that it holds, begun so many days ago."""
    run = run_in(world, state, created=timezone.now() - timedelta(days=days), **fields)
    ImportedRow.objects.create(run=run, number=2, outcome="new", values={"note": "x"})
    ImportProblem.objects.create(run=run, number=3, value="x", message="wrong")
    return run


def forgotten(run):
    retention.forget()
    run.refresh_from_db()
    return run


def holds(run):
    rows = run.imported.exists() or run.problems.exists()
    return bool(rows or run.file or run.plain or run.marked or run.understood)


def test_after_its_days_nothing_of_a_file_is_left_but_the_receipt(world):
    run = forgotten(aged(world, State.DONE))
    assert not holds(run)
    assert (run.state, run.created_rows, run.file_name) == (State.DONE, 1, "registro.csv")
    assert run.forgotten_at is not None
    assert not StoredPart.objects.exists()


def test_before_its_days_are_over_all_is_kept(world):
    run = forgotten(aged(world, State.DONE, days=29))
    assert holds(run)
    assert run.imported.exists()


def test_the_days_are_a_setting(world, settings):
    settings.IMPORT_DAYS = 10
    assert not holds(forgotten(aged(world, State.DONE, days=11)))


@pytest.mark.parametrize("state", [State.READING, State.MATCHING, State.CHECKING, State.REVIEW])
def test_who_never_went_on_finds_it_discarded(world, state):
    assert forgotten(aged(world, state)).state == State.DISCARDED


@pytest.mark.parametrize("state", [State.LOADING, State.UNDOING])
def test_what_a_worker_is_about_to_conclude_waits(world, state):
    run = forgotten(aged(world, state))
    assert (run.state, run.forgotten_at) == (state, None)
    assert holds(run)


def test_what_a_worker_has_taken_up_waits(world):
    run = aged(world, State.REVIEW)
    with retention.alone(retention.RUN_LOCKS, run.pk):
        elsewhere(retention.forget)
    run.refresh_from_db()
    assert holds(run)


def elsewhere(call):
    def alone():
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(alone).result(10)


@pytest.mark.parametrize("state", [State.REFUSED, State.FAILED, State.DISCARDED])
def test_of_what_came_to_nothing_the_rows_go_first(world, state):
    run = forgotten(aged(world, state, days=1))
    assert (run.plain, run.forgotten_at) == (None, None)
    assert run.file
    assert not run.imported.exists()
    assert not run.problems.exists()


def test_the_rows_read_from_a_discarded_file_go_at_once(world):
    run = run_in(world, State.MATCHING)
    ImportedRow.objects.create(run=run, number=2, outcome="wrong")
    ImportProblem.objects.create(run=run, number=2, message="wrong")
    imports.discard(run=run, by=world.parma_staff)
    assert list(StoredFile.objects.all()) == [run.file]
    assert not run.imported.exists()
    assert not run.problems.exists()


@pytest.mark.parametrize("state", [State.REFUSED, State.FAILED, State.DISCARDED])
def test_of_what_came_to_nothing_the_file_goes_after_three_days(world, state):
    run = forgotten(aged(world, state, days=4))
    assert not holds(run)
    assert run.state == state


def test_a_file_to_which_nothing_points_goes(world):
    run = run_in(world, State.DONE)
    export = ExportRun.objects.create(
        by=world.parma_staff, city=world.city, file=StoredFile.objects.store("log.csv", [b"x"])
    )
    lost, young = (StoredFile.objects.store(name, [b"x"]) for name in ["lost", "young"])
    StoredFile.objects.exclude(pk=young.pk).update(stored=timezone.now() - timedelta(hours=2))
    delete_unreferenced()
    kept = {run.file_id, run.plain_id, export.file_id, young.pk}
    assert set(StoredFile.objects.values_list("pk", flat=True)) == kept
    assert not StoredPart.objects.filter(file=lost.pk).exists()


def test_nothing_is_deleted_twice(world):
    run = forgotten(aged(world, State.DONE))
    when = run.forgotten_at
    assert forgotten(run).forgotten_at == when
