"""What comes after the check: the same file once more, the marked copy, the sweep."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from initiatives import tasks
from initiatives.actions import imports
from initiatives.imports import marking, steps
from initiatives.imports.errors import SendBack, Stale
from initiatives.models import ImportedRow, ImportProblem, ImportRun
from tests.initiatives.imports.runs import line, run_in
from tests.initiatives.imports.steps.way import at_once, carried_on, doing, loaded, reviewed
from will_portal.accounts.actions import Refused

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State


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
