"""What is left of a file once somebody's name was taken out of an entry that came from it."""

import pytest
from django.utils import timezone

from initiatives.actions.log import clear_words
from initiatives.imports import steps
from initiatives.models import ImportedRow, ImportProblem, ImportRun
from tests.initiatives.imports.runs import UNDERSTOOD, enter_world, run_in
from tests.projects import entry
from will_portal.common.models import StoredFile

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State
NAMED = {"note": "Con il signor Rossi", "people_served": 4}
BEFORE = {"note": "Con la famiglia Rossi", "_row": {"note": "Con la famiglia Rossi", "people_served": 3}}
SAMPLES = UNDERSTOOD | {"columns": [{"heading": "note", "samples": ["Con il signor Rossi"]}]}


@pytest.fixture
def world(transactional_db):
    world = enter_world()
    world.named = entry(world.project, world.parma_staff, note="Con il signor Rossi")
    return world


def row_of(run, number, outcome="changed", **fields):
    values = {"values": NAMED, "before": BEFORE if outcome == "changed" else None, "version": 0}
    return ImportedRow.objects.create(run=run, number=number, outcome=outcome, **values | fields)


def imported(world, state, **fields):
    """Store an import that changes the entry, or has changed it, with one wrong row."""
    run = run_in(world, state, understood=SAMPLES, wrong_rows=1, **fields)
    row_of(run, 2, target=world.named.public_id)
    row_of(run, 3, "wrong")
    ImportProblem.objects.create(run=run, number=3, value="Rossi", message="wrong")
    return run


def cleared(world, run):
    clear_words(entry=world.named, by=world.parma_lead)
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("state", [State.DONE, State.UNDOING, State.UNDONE])
def test_what_was_loaded_keeps_its_receipt_and_none_of_its_words(world, state):
    run = cleared(world, imported(world, state))
    row = run.imported.get()
    assert row.values == {"note": "", "people_served": 4}
    assert row.before == {"note": "", "_row": {"note": "", "people_served": 3}}
    assert (run.state, run.understood, run.forgotten_at) == (state, {}, None)
    assert not run.problems.exists()
    assert not StoredFile.objects.exists()


def test_what_an_undo_gives_back_to_other_entries_stays(world):
    run = imported(world, State.DONE)
    other = row_of(run, 4, target=entry(world.project, world.parma_staff).public_id)
    cleared(world, run)
    other.refresh_from_db()
    assert other.values["note"] == ""
    assert other.before == {"note": "", "_row": BEFORE["_row"]}


def test_what_was_loaded_is_not_marked_any_more(world):
    run = cleared(world, imported(world, State.DONE))
    assert not steps.due().exists()
    assert steps.carry_on(run.pk) is False


def test_a_copy_that_was_being_marked_is_not_kept(world):
    run = imported(world, State.DONE)
    taken_up = ImportRun.objects.get(pk=run.pk)
    cleared(world, run)
    with pytest.raises(steps.Overtaken):
        steps.settle(taken_up, {"marked": StoredFile.objects.store("marked.csv", [b"Rossi"])})


@pytest.mark.parametrize("state", [State.MATCHING, State.CHECKING, State.REVIEW, State.LOADING])
def test_a_file_on_its_way_is_put_aside_and_its_author_is_told(world, state):
    run = cleared(world, imported(world, state))
    assert (run.state, run.understood, run.confirmed_at) == (State.DISCARDED, {}, None)
    assert run.notice
    assert run.forgotten_at is not None
    assert not run.imported.exists()
    assert not run.problems.exists()
    assert not StoredFile.objects.exists()


def test_a_file_that_is_put_aside_is_not_loaded_by_whom_has_taken_it_up(world):
    run = imported(world, State.LOADING)
    taken_up = ImportRun.objects.get(pk=run.pk)
    cleared(world, run)
    with pytest.raises(steps.Overtaken):
        steps.settle(taken_up, {"state": State.DONE, "done_at": timezone.now()})


def test_what_came_to_nothing_stays_so_without_its_words(world):
    run = cleared(world, imported(world, State.FAILED, notice="A mistake."))
    assert (run.state, run.notice, run.understood) == (State.FAILED, "A mistake.", {})
    assert not run.imported.exists()


def test_what_was_loaded_can_still_be_undone(world):
    run = cleared(world, imported(world, State.UNDOING))
    steps.carry_on(run.pk)
    run.refresh_from_db()
    assert (run.state, run.kept_rows) == (State.UNDONE, 1)


def test_other_imports_keep_their_words_and_files(world):
    run = run_in(world, State.REVIEW)
    row = row_of(run, 2, target=entry(world.project, world.parma_staff).public_id)
    cleared(world, run)
    row.refresh_from_db()
    assert row.values == NAMED
    assert run.file.name == "registro.csv"
