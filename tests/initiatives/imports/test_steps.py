"""What the workers do with an import, and what people may do meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from time import sleep

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DataError, IntegrityError, OperationalError, connection
from django.utils import timezone, translation
from psycopg.errors import CheckViolation

from cities.models import CityMembership
from initiatives import tasks
from initiatives.actions import imports
from initiatives.imports import marking, steps
from initiatives.imports.errors import SendBack, Stale
from initiatives.log_filters import Place
from initiatives.models import ImportedRow, ImportProblem, ImportRun, Intervention
from tests.initiatives.imports.runs import Engine, enter_world, line, run_in, upload
from will_portal.accounts.actions import Refused
from will_portal.common import doorbells

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State
PATIENCE = 10


@pytest.fixture
def world(transactional_db):
    return enter_world()


@pytest.fixture(autouse=True)
def rung(monkeypatch):
    """The tasks that the broker was asked for, in the place of the broker."""
    bells = []
    monkeypatch.setattr(doorbells, "send", lambda task, args: bells.append((task.name.split(".")[-1], *args)))
    return bells


@pytest.fixture
def engine(world, monkeypatch):
    engine = Engine(world)
    monkeypatch.setattr(steps, "engine_of", lambda run: engine)
    return engine


def doing(error):
    def step(*args):
        raise error

    return step


def started(world, file, by=None):
    place = Place("parma", "Parma", city=world.city)
    return imports.start_import(place=place, subject="log", file=file, by=by or world.parma_staff)


def carried_on(run):
    steps.carry_on(run.pk)
    run.refresh_from_db()
    return run


def reviewed(world, *lines):
    """Bring a file and have it read, matched as proposed, and checked."""
    run = carried_on(started(world, upload(*lines)))
    assert run.state == State.MATCHING, run.notice
    imports.match(run=run, mapping=run.mapping, options={}, by=world.parma_staff)
    return carried_on(run)


def loaded(world, *lines):
    run = reviewed(world, *lines)
    imports.confirm(run=run, by=world.parma_staff)
    return carried_on(run)


def at_once(*calls):
    start = Barrier(len(calls))

    def alone(call):
        start.wait(PATIENCE)
        try:
            return call()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(alone, calls, timeout=PATIENCE))


def test_a_file_goes_all_the_way_and_back(world):
    run = loaded(world, line(world, 5), line(world, 7))
    assert (run.state, run.created_rows, run.attempts) == (State.DONE, 2, 0)
    assert set(Intervention.objects.values_list("people_served", flat=True)) == {5, 7}
    imports.undo(run=run, by=world.parma_lead)
    assert carried_on(run).state == State.UNDONE
    assert not Intervention.objects.exists()
    assert set(run.timings) == {"read", "check", "load", "undo"}


def test_each_act_rings_once_it_is_committed(world, engine, rung):
    run = started(world, upload(line(world)))
    assert rung == [("carry_on", run.pk)]


def test_an_unreadable_file_is_refused_in_the_language_of_whoever_brought_it(world):
    world.parma_staff.language = "en"
    world.parma_staff.save()
    run = started(world, upload())
    assert carried_on(run).state == State.REFUSED
    assert run.notice == "The file has headings, but no row below them."


def test_a_table_of_something_else_is_refused_with_the_reason(world):
    run = started(world, upload(name="x.csv"))
    run.file = steps.StoredFile.objects.store("x.csv", [b"Titolo;Autore\nCuore;De Amicis\n"])
    run.save()
    assert carried_on(run).state == State.REFUSED
    assert "Titolo" in run.notice


def test_rows_with_totals_are_left_out_unless_somebody_wants_them(world):
    run = reviewed(world, line(world, 5), "Totale;;;5")
    assert list(run.imported.values_list("number", flat=True)) == [2]
    imports.back(run=run, by=world.parma_staff)
    imports.match(run=run, mapping=run.mapping, options={"totals": True}, by=world.parma_staff)
    assert list(carried_on(run).imported.values_list("number", flat=True).order_by("number")) == [2, 3]


def test_a_fault_fails_the_import_and_is_recorded(world, engine, caplog, monkeypatch):
    monkeypatch.setattr(steps.logger, "disabled", False)

    def load(run, by, progress):
        Engine.load(engine, run, by, progress)
        raise ZeroDivisionError

    engine.load = load
    run = carried_on(run_in(world, State.LOADING))
    assert (run.state, run.confirmed_at) == (State.FAILED, None)
    assert run.notice.endswith("Non è stato caricato nulla.") or run.notice.endswith("Nothing was loaded.")
    assert not Intervention.objects.exists()
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("chained", [False, True])
@pytest.mark.parametrize("kind", [IntegrityError, OperationalError, DataError])
def test_the_log_does_not_hold_what_a_row_says(world, engine, caplog, monkeypatch, kind, chained):
    monkeypatch.setattr(steps.logger, "disabled", False)

    said = f"Failing row contains ({world.parma_lead.email})"

    def load(run, by, progress):
        try:
            raise kind(said) from CheckViolation(said)
        except kind as error:
            if chained:
                raise ValueError from error
            raise

    engine.load = load
    carried_on(run_in(world, State.LOADING))
    assert world.parma_lead.email not in caplog.text
    assert chained or CheckViolation.sqlstate in caplog.text


def test_a_step_that_takes_too_long_says_so(world, engine):
    engine.check = doing(SoftTimeLimitExceeded())
    world.parma_staff.language = "en"
    world.parma_staff.save()
    run = carried_on(run_in(world, State.CHECKING))
    assert run.state == State.FAILED
    assert run.notice.startswith("It took too long")


def test_what_passes_leaves_the_import_for_the_sweep(world, engine):
    engine.load = doing(OperationalError("lock timeout"))
    run = run_in(world, State.LOADING)
    assert steps.carry_on(run.pk) is False
    run.refresh_from_db()
    assert (run.state, run.attempts) == (State.LOADING, 1)


def test_what_somebody_wrote_meanwhile_has_it_judged_again_at_once(world, engine):
    engine.load = doing(IntegrityError("taken"))
    run = run_in(world, State.LOADING)
    assert steps.carry_on(run.pk) is True
    del engine.load
    assert carried_on(run).state == State.DONE


def test_a_lost_connection_leaves_the_import_for_the_sweep(world, engine):
    def load(run, by, progress):
        Engine.load(engine, run, by, progress)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    engine.load = load
    run = carried_on(run_in(world, State.LOADING))
    assert run.state == State.LOADING
    assert not Intervention.objects.exists()


def test_after_three_attempts_an_import_is_given_up(world, engine):
    engine.load = doing(OperationalError("again"))
    run = run_in(world, State.LOADING)
    for _ in range(3):
        assert carried_on(run).state == State.LOADING
    assert carried_on(run).state == State.FAILED
    assert run.notice


def test_an_undo_that_cannot_be_done_leaves_what_is_loaded(world, engine):
    engine.undo = doing(ZeroDivisionError())
    run = carried_on(run_in(world, State.UNDOING))
    assert (run.state, run.undone_by) == (State.DONE, None)
    assert run.notice


def test_what_is_no_longer_as_reviewed_is_checked_and_shown_again(world, engine):
    engine.load = doing(Stale())
    run = run_in(world, State.LOADING)
    assert steps.carry_on(run.pk) is True
    run = carried_on(run)
    assert (run.state, run.confirmed_at) == (State.REVIEW, None)
    assert run.notice


def test_columns_that_lead_nowhere_are_matched_anew(world, engine):
    engine.check = doing(SendBack("Too many."))
    run = carried_on(run_in(world, State.CHECKING))
    assert (run.state, run.notice) == (State.MATCHING, "Too many.")


def end_rights(world):
    membership = CityMembership.objects.get(user=world.parma_staff, until=None)
    membership.end(by=world.parma_lead)


def test_nothing_is_loaded_for_somebody_whose_rights_ended_since(world, engine):
    run = run_in(world, State.LOADING)
    end_rights(world)
    assert carried_on(run).state == State.FAILED
    assert run.notice
    assert not Intervention.objects.exists()


def test_nothing_is_loaded_for_somebody_who_was_switched_off(world, engine):
    run = run_in(world, State.LOADING)
    world.parma_staff.is_active = False
    world.parma_staff.save()
    assert carried_on(run).state == State.FAILED
    assert not Intervention.objects.exists()


def test_nothing_is_undone_for_somebody_whose_rights_ended_since(world, engine):
    run = run_in(world, State.UNDOING)
    end_rights(world)
    assert carried_on(run).state == State.DONE


def test_a_lead_undoes_what_somebody_loaded_who_has_left(world, engine):
    run = run_in(world, State.DONE)
    end_rights(world)
    imports.undo(run=run, by=world.parma_lead)
    run = carried_on(run)
    assert (run.state, run.undone_by) == (State.UNDONE, world.parma_lead)


def test_a_list_of_organisations_waits_for_no_one_but_a_lead(world, engine):
    run = carried_on(run_in(world, State.LOADING, subject="organisations"))
    assert run.state == State.FAILED


def test_history_knows_who_loaded_and_from_which_import(world):
    run = loaded(world, line(world))
    context = Intervention.pgh_event_model.objects.get().pgh_context
    assert context.metadata == {"user": world.parma_staff.pk, "url": run.get_absolute_url()}


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


def test_the_same_rows_are_asked_about_before_they_are_loaded_once_more(world):
    first = loaded(world, line(world))
    run = reviewed(world, line(world))
    assert imports.same_as_before(run) == first
    with pytest.raises(Refused):
        imports.confirm(run=run, load_alike=True, by=world.parma_staff)
    imports.confirm(run=run, load_alike=True, again=True, by=world.parma_staff)
    assert carried_on(run).state == State.DONE


def test_what_was_undone_is_not_asked_about(world):
    run_in(world, State.UNDONE)
    assert imports.same_as_before(run_in(world, State.REVIEW)) is None


def wrong_one(world, state=State.REVIEW):
    return run_in(world, state, wrong_rows=1)


@pytest.fixture
def marks(monkeypatch):
    monkeypatch.setattr(marking, "marked_file", lambda run: ("marked.csv", iter([b"x"])))


def test_the_marked_file_comes_after_the_review(world, engine, marks):
    run = wrong_one(world, State.CHECKING)
    engine.check = lambda run, rows, by, progress: ImportedRow.objects.create(
        run=run, number=2, outcome="wrong"
    )
    assert steps.carry_on(run.pk) is True
    run.refresh_from_db()
    assert (run.state, run.marked) == (State.REVIEW, None)
    assert carried_on(run).marked.name == "marked.csv"


def test_a_file_that_cannot_be_marked_is_still_reviewed(world, marks, monkeypatch):
    monkeypatch.setattr(marking, "marked_file", doing(ZeroDivisionError()))
    run = wrong_one(world)
    for _ in range(4):
        assert carried_on(run).state == State.REVIEW
    assert not steps.due().exists()


def test_a_confirmation_while_the_file_is_marked_is_not_forgotten(world, engine, monkeypatch):
    def marked_file(run):
        at_once(lambda: imports.confirm(run=run, by=world.parma_staff))
        at_once(lambda: steps.carry_on(run.pk))
        return "marked.csv", [b"x"]

    monkeypatch.setattr(marking, "marked_file", marked_file)
    run = wrong_one(world)
    assert steps.carry_on(run.pk) is True
    run = carried_on(run)
    assert (run.state, run.marked.name) == (State.DONE, "marked.csv")


def test_going_back_while_the_file_is_marked_leaves_no_marked_file(world, monkeypatch):
    def marked_file(run):
        at_once(lambda: imports.back(run=run, by=world.parma_staff))
        return "marked.csv", [b"x"]

    monkeypatch.setattr(marking, "marked_file", marked_file)
    run = carried_on(wrong_one(world))
    assert (run.state, run.marked) == (State.MATCHING, None)


def test_what_a_check_found_replaces_what_an_earlier_one_did(world, engine):
    run = run_in(world, State.CHECKING)
    ImportProblem.objects.create(run=run, number=2, message="wrong")
    ImportedRow.objects.create(run=run, number=9, outcome="wrong")
    run = carried_on(run)
    assert (run.rows, run.created_rows, run.wrong_rows) == (1, 1, 0)
    assert not run.problems.exists()


UNHEARD = {
    "just asked for": ({"state": State.READING}, 0),
    "asked for and not taken": ({"state": State.READING, "created": timedelta(minutes=-1)}, 1),
    "under way": ({"state": State.LOADING, "taken_at": timedelta(seconds=-30)}, 0),
    "given up by its worker": ({"state": State.LOADING, "taken_at": timedelta(seconds=-90)}, 1),
    "for people to go on": ({"state": State.MATCHING, "created": timedelta(days=-1)}, 0),
    "not marked": ({"state": State.REVIEW, "wrong_rows": 1, "created": timedelta(minutes=-1)}, 1),
}


@pytest.mark.parametrize(("fields", "bells"), UNHEARD.values(), ids=UNHEARD)
def test_the_sweep_rings_for(world, rung, fields, bells):
    now = timezone.now()
    values = {name: now + value if isinstance(value, timedelta) else value for name, value in fields.items()}
    run_in(world, **values)
    tasks.sweep_imports()
    assert len(rung) == bells


def test_a_task_goes_on_with_what_is_due_next(world, engine, rung):
    engine.load = doing(Stale())
    run = run_in(world, State.LOADING)
    tasks.carry_on(run.pk)
    assert rung == [("carry_on", run.pk)]


def test_sentences_are_in_the_language_of_the_author_whatever_the_worker_speaks(world, engine):
    engine.check = lambda run, rows, by, progress: doing(SendBack(translation.get_language()))()
    with translation.override("en"):
        assert carried_on(run_in(world, State.CHECKING)).notice == "it"
