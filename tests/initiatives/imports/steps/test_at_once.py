"""What several workers, and people, do with an import at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import sleep

import pytest

from initiatives.actions import imports
from initiatives.imports import steps
from initiatives.models import ImportedRow, ImportRun, Intervention
from tests.initiatives.imports.runs import Engine, run_in
from tests.initiatives.imports.steps.way import PATIENCE, at_once, carried_on
from will_portal.accounts.actions import Refused

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State


def test_five_workers_told_at_once_load_once(world, engine):
    def load(run, by, progress):
        sleep(0.2)
        Engine.load(engine, run, by, progress)

    engine.load = load
    run = run_in(world, State.LOADING)
    at_once(*[lambda: steps.carry_on(run.pk)] * 5)
    run.refresh_from_db()
    assert run.state == State.DONE
    assert Intervention.objects.count() == 1


def test_a_worker_that_does_not_get_it_costs_no_attempt(world, engine):
    seen = []

    def load(run, by, progress):
        at_once(lambda: steps.carry_on(run.pk))
        seen.append(ImportRun.objects.get().attempts)

    engine.load = load
    carried_on(run_in(world, State.LOADING))
    assert seen == [1]


def test_what_is_done_is_not_done_again(world, engine):
    run = run_in(world, State.LOADING)
    for _ in range(3):
        carried_on(run)
    assert Intervention.objects.count() == 1


def test_progress_is_seen_while_the_work_is_not_finished(world, engine, monkeypatch):
    seen = []

    def check(run, rows, by, progress):
        for number in [100, 200]:
            progress.next = 0
            progress.rows(number)
            progress.rows(number + 1)
            seen.extend(at_once(lambda: ImportRun.objects.get().progress))

    engine.check = check
    carried_on(run_in(world, State.CHECKING))
    assert seen == [100, 200]


def test_a_held_row_does_not_stop_its_worker(world, engine):
    """Somebody looks at the row to discard it, and does not."""
    held, finish = Event(), Event()

    def hold():
        with imports.transaction.atomic():
            imports.hold(run, world.parma_staff, State.CHECKING)
            held.set()
            finish.wait(PATIENCE)

    def check(run, rows, by, progress):
        progress.next = 0
        with ThreadPoolExecutor(1) as pool:
            holding = pool.submit(at_once, hold)
            held.wait(PATIENCE)
            progress.rows(5)
            finish.set()
            holding.result(PATIENCE)

    engine.check = check
    run = run_in(world, State.CHECKING)
    assert carried_on(run).state == State.REVIEW


def test_an_import_discarded_while_it_is_checked_stays_discarded(world, engine):
    def check(run, rows, by, progress):
        Engine.check(engine, run, rows, by, progress)
        at_once(lambda: imports.discard(run=run, by=world.parma_staff))

    engine.check = check
    run = carried_on(run_in(world, State.CHECKING))
    assert (run.state, run.plain) == (State.DISCARDED, None)
    assert not ImportedRow.objects.exists()


def test_an_import_is_not_discarded_while_it_is_loaded(world, engine):
    run = run_in(world, State.LOADING)
    with pytest.raises(Refused):
        imports.discard(run=run, by=world.parma_staff)


def test_of_two_confirmations_at_once_one_is_refused(world, engine, rung):
    run = run_in(world, State.REVIEW)
    confirm = lambda: imports.confirm(run=run, by=world.parma_staff)  # noqa: E731
    answers = at_once(confirm, confirm)
    assert sorted(type(answer) for answer in answers if answer) == [Refused]
    assert rung == [("carry_on", run.pk)]


def test_of_two_undoings_at_once_one_is_refused(world, engine):
    run = run_in(world, State.DONE)
    answers = at_once(
        lambda: imports.undo(run=run, by=world.parma_staff),
        lambda: imports.undo(run=run, by=world.parma_lead),
    )
    assert len([answer for answer in answers if isinstance(answer, Refused)]) == 1
