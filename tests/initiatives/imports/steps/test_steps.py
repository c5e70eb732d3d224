"""What the workers do with an import."""

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DataError, IntegrityError, OperationalError, connection
from psycopg.errors import CheckViolation

from cities.models import CityMembership
from initiatives.actions import imports
from initiatives.imports import steps
from initiatives.imports.errors import SendBack, Stale
from initiatives.models import ImportRun, Intervention
from tests.initiatives.imports.runs import Engine, line, run_in, upload
from tests.initiatives.imports.steps.way import carried_on, doing, loaded, reviewed, started

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State


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
