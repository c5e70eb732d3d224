"""What people may do with an import, and what they may not."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from initiatives.actions import imports
from initiatives.log_filters import Place
from initiatives.models import ImportRun, RememberedColumn
from tests.initiatives.imports.runs import line, run_in, upload
from tests.initiatives.imports.steps.way import started
from will_portal.accounts.actions import Refused

pytestmark = pytest.mark.django_db(transaction=True)
State = ImportRun.State


def test_what_columns_mean_is_remembered_for_the_place(world, engine):
    understood = {
        "columns": [{"heading": "Quanti"}, {"heading": "quanti "}, {"heading": "Altro"}],
        "totals": [],
    }
    run = run_in(world, State.MATCHING, understood=understood)
    imports.match(run=run, mapping={"0": "", "1": "people_served", "2": ""}, options={}, by=world.parma_staff)
    remembered = RememberedColumn.objects.filter(city=world.city, subject="log")
    assert dict(remembered.values_list("heading", "field")) == {"quanti": "people_served", "altro": ""}
    run.refresh_from_db()
    assert run.mapping == {"1": "people_served"}


def test_the_latest_meaning_of_a_heading_is_the_one_remembered(world):
    for name in ["hours", "people_served"]:
        run = run_in(world, State.MATCHING, understood={"columns": [{"heading": "Quanti"}], "totals": []})
        imports.match(run=run, mapping={"0": name}, options={}, by=world.parma_staff)
    assert RememberedColumn.objects.get().field == "people_served"


def test_a_colleague_does_not_confirm(world):
    with pytest.raises(PermissionDenied):
        imports.confirm(run=run_in(world, State.REVIEW), by=world.parma_lead)


def test_another_city_undoes_nothing(world):
    with pytest.raises(PermissionDenied):
        imports.undo(run=run_in(world, State.DONE), by=world.verona_lead)


def test_a_forgotten_import_is_not_undone(world):
    with pytest.raises(Refused):
        imports.undo(run=run_in(world, State.DONE, forgotten_at=timezone.now()), by=world.parma_staff)


def test_staff_bring_no_list_of_organisations(world):
    place = Place("parma", "Parma", city=world.city)
    with pytest.raises(PermissionDenied):
        imports.start_import(place=place, subject="organisations", file=upload(), by=world.parma_staff)


def test_nobody_brings_a_file_for_another_city(world):
    with pytest.raises(PermissionDenied):
        started(world, upload(line(world)), by=world.verona_staff)


def test_a_file_without_good_rows_is_not_loaded(world):
    run = run_in(world, State.REVIEW, created_rows=0, wrong_rows=1)
    with pytest.raises(Refused):
        imports.confirm(run=run, by=world.parma_staff)


def test_rows_already_there_are_loaded_only_on_demand(world):
    run = run_in(world, State.REVIEW, created_rows=0, alike_rows=1)
    with pytest.raises(Refused):
        imports.confirm(run=run, by=world.parma_staff)
    imports.confirm(run=run, load_alike=True, by=world.parma_staff)


def test_a_lead_made_staff_no_longer_undoes_a_list_of_organisations(world):
    run = run_in(world, State.DONE, subject="organisations")
    assert not ImportRun.objects.undoable_by(world.parma_staff).exists()
    with pytest.raises(PermissionDenied):
        imports.undo(run=run, by=world.parma_staff)


def test_the_samples_of_columns_that_are_left_out_go(world, engine):
    columns = [{"heading": "quanti", "samples": ["5"]}, {"heading": "nome", "samples": ["Rossi"]}]
    run = run_in(world, State.MATCHING, understood={"columns": columns, "totals": []})
    imports.match(run=run, mapping={"0": "people_served", "1": ""}, options={}, by=world.parma_staff)
    run.refresh_from_db()
    assert [column["samples"] for column in run.understood["columns"]] == [["5"], []]
