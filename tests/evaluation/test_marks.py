"""Whoever writes to the log marks the months whose figures change, and no others."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from initiatives.actions import log
from initiatives.models import ChangedMonth, Initiative, Intervention, InterventionPeople
from initiatives.triggers import MEASURES
from tests.bodies import organisation
from tests.initiatives.imports.log_files import checked, load, undo
from tests.places import city
from tests.projects import DAY, entry, implementer, initiative, kind

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
ENTRIES, PARTS = "initiatives_intervention", "initiatives_interventionpeople"
ANY = {"age_band": "ND", "citizenship": "ND"}


@pytest.fixture
def project(cast):
    implementer("parma", "cooperativa")
    return initiative("parma")


@pytest.fixture
def saved(project, cast):
    return entry(project, cast.parma_staff, new_people=None)


@pytest.fixture
def waiting(project, cast):
    return entry(project, cast.partner_member, confirmed=False, delivered_by=organisation("cooperativa"))


def marks():
    return sorted(ChangedMonth.objects.values_list("initiative_id", "month"))


def marked_by(act, *args, **kwargs):
    """The marks that something makes, as often as it makes them."""
    ChangedMonth.objects.all().delete()
    act(*args, **kwargs)
    return marks()


def months_marked_by(act, *args, **kwargs):
    return [month for _initiative, month in marked_by(act, *args, **kwargs)]


def change(saved, **values):
    Intervention.objects.filter(pk=saved.pk).update(version=F("version") + 1, **values)


def add_part(saved, sex, people=1):
    return InterventionPeople.objects.create(intervention=saved, sex=sex, people=people, **ANY)


def execute(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def empty(*tables):
    # What waits to be checked at the end of the transaction, which is the test's, stands in the way.
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f"TRUNCATE {', '.join(tables)}")


def copy(project, by, days):
    columns = "public_id, initiative_id, city_id, day, whole_month, kind_id, place, people_served, note"
    rest = "reference, entered_by_id, entered_at, return_note, withdraw_reason, version"
    command, of_kind = f"COPY {ENTRIES} ({columns}, {rest}) FROM STDIN", kind().pk
    with connection.cursor() as cursor, cursor.copy(command) as stream:
        for day in days:
            row = [uuid4(), project.pk, project.city_id, day, False, of_kind, "", 5, ""]
            stream.write_row([*row, "", by.pk, f"{day} 12:00+00", "", "", 1])


def test_a_new_entry_marks_its_month(project, cast):
    assert marked_by(entry, project, cast.parma_staff) == [(project.pk, MARCH)]


def test_an_entry_of_a_whole_month_marks_it(project, cast):
    assert months_marked_by(entry, project, cast.parma_staff, day=APRIL, whole_month=True) == [APRIL]


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2026, 3, 29), date(2026, 12, 31)], ids=str)
def test_a_day_at_the_edge_marks_the_month_in_which_it_is_written(day, project, cast):
    assert months_marked_by(entry, project, cast.parma_staff, day=day) == [day.replace(day=1)]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_measure_that_changes_is_marked_as_is_one_that_becomes_known(measure, saved):
    assert months_marked_by(change, saved, **{measure: 2}) == [MARCH]
    assert months_marked_by(change, saved, **{measure: 2}) == []
    assert months_marked_by(change, saved, **{measure: 1}) == [MARCH]


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "people_served"])
def test_a_measure_that_is_forgotten_is_not_the_same_as_none(measure, saved):
    change(saved, **{measure: 0})
    assert months_marked_by(change, saved, **{measure: None}) == [MARCH]


def test_another_kind_is_marked(saved):
    assert months_marked_by(change, saved, kind=kind("B1")) == [MARCH]


def test_another_body_is_marked_and_so_is_none(saved):
    assert months_marked_by(change, saved, delivered_by=organisation("cooperativa")) == [MARCH]
    assert months_marked_by(change, saved, delivered_by=None) == [MARCH]


def test_another_day_of_the_same_month_marks_nothing(saved):
    assert months_marked_by(change, saved, day=date(2026, 3, 31)) == []


@pytest.mark.parametrize("values", [{"place": "Sede"}, {"note": "Pioggia"}, {"reference": "R1"}], ids=str)
def test_what_is_in_no_figure_marks_nothing(values, saved):
    assert months_marked_by(change, saved, **values) == []


def test_a_month_told_as_a_whole_marks_nothing_more(project, cast):
    saved = entry(project, cast.parma_staff, day=MARCH)
    assert months_marked_by(change, saved, whole_month=True) == []


def test_a_confirmation_is_marked(waiting, cast):
    assert months_marked_by(log.confirm, seen={waiting.public_id: 1}, by=cast.parma_staff) == [MARCH]


def test_a_confirmation_by_somebody_else_or_later_marks_nothing(saved, cast):
    again = {"confirmed_by": cast.parma_lead, "confirmed_at": timezone.now()}
    assert months_marked_by(change, saved, **again) == []


def test_an_entry_that_waits_on_after_it_was_returned_marks_nothing(waiting, cast):
    by = cast.parma_staff
    assert months_marked_by(log.send_back, entry=waiting, version=1, note="Ore?", by=by) == []


def test_a_withdrawal_is_marked(saved, cast):
    by = cast.parma_staff
    assert months_marked_by(log.withdraw, entry=saved, version=1, reason="Doppia", by=by) == [MARCH]


def test_a_deletion_is_marked(saved):
    assert months_marked_by(execute, f"DELETE FROM {ENTRIES} WHERE id = %s", saved.pk) == [MARCH]


def test_a_part_of_the_people_is_marked_when_it_comes_and_goes(saved):
    assert months_marked_by(add_part, saved, "F") == [MARCH]
    assert months_marked_by(InterventionPeople.objects.all().delete) == [MARCH]


@pytest.mark.parametrize(
    "values",
    [{"people": 2}, {"new_people": 0}, {"sex": "M"}, {"age_band": "0-17"}, {"citizenship": "ITL"}],
    ids=str,
)
def test_a_part_that_changes_is_marked(values, saved):
    change(saved, new_people=0)
    add_part(saved, "F")
    assert months_marked_by(InterventionPeople.objects.update, **values) == [MARCH]


def test_a_part_written_as_it_was_marks_nothing(saved):
    add_part(saved, "F", 2)
    assert months_marked_by(InterventionPeople.objects.update, people=2) == []


def test_a_part_given_to_another_entry_marks_both(saved, project, cast):
    add_part(saved, "F")
    other = entry(project, cast.parma_staff, day=APRIL)
    assert months_marked_by(InterventionPeople.objects.update, intervention=other) == [MARCH, APRIL]


def test_an_entry_deleted_with_its_parts_is_marked_whichever_goes_first(saved):
    add_part(saved, "F")
    both = f"WITH gone AS (DELETE FROM {ENTRIES} RETURNING id) DELETE FROM {PARTS} USING gone"
    assert set(months_marked_by(execute, f"{both} WHERE intervention_id = gone.id")) == {MARCH}


def test_an_initiative_that_moves_to_another_city_has_all_its_months_marked(saved, project, cast):
    entry(project, cast.parma_staff, day=MAY)
    moved = Initiative.objects.filter(pk=project.pk)
    assert marked_by(moved.update, city=city("verona")) == [(project.pk, MARCH), (project.pk, MAY)]


def test_what_else_changes_of_an_initiative_marks_nothing(saved, project):
    assert marked_by(Initiative.objects.update, stage="adopted", title="Altro") == []


def test_a_copy_marks_each_month_once(project, cast):
    days = [DAY, DAY, date(2026, 4, 30), date(2026, 4, 1)]
    assert marked_by(copy, project, cast.parma_staff, days) == [(project.pk, MARCH), (project.pk, APRIL)]


def test_a_statement_over_many_entries_marks_each_of_their_months_once(project, cast):
    other = initiative("verona")
    for day in [DAY, DAY, APRIL]:
        entry(project, cast.parma_staff, day=day)
        entry(other, cast.verona_staff, day=day)
    every = {"cost": Decimal(5), "version": F("version") + 1}
    cells = sorted((which.pk, month) for which in [project, other] for month in [MARCH, APRIL])
    assert marked_by(Intervention.objects.update, **every) == cells


def test_of_many_entries_only_those_that_change_are_marked(project, cast):
    for day, cost in [(DAY, 5), (APRIL, 6), (MAY, None)]:
        entry(project, cast.parma_staff, day=day, cost=cost)
    every = {"cost": 5, "version": F("version") + 1}
    assert months_marked_by(Intervention.objects.update, **every) == [APRIL, MAY]


def test_entries_made_in_bulk_mark_their_months_once(project, cast):
    new = {"initiative": project, "city": project.city, "kind": kind(), "people_served": 5}
    new |= {"entered_by": cast.parma_staff}
    entries = [Intervention(day=day, **new) for day in [DAY, DAY, APRIL]]
    assert months_marked_by(Intervention.objects.bulk_create, entries) == [MARCH, APRIL]


def test_two_entries_that_change_places_mark_both_months(project, cast):
    for day, people in [(DAY, 5), (APRIL, 6)]:
        entry(project, cast.parma_staff, day=day, people_served=people)
    swap = f"UPDATE {ENTRIES} SET version = 2, day = CASE day WHEN %s THEN %s::date ELSE %s END"
    assert months_marked_by(execute, swap, DAY, APRIL, DAY) == [MARCH, APRIL]


def test_a_statement_that_writes_nothing_marks_nothing(saved):
    assert months_marked_by(execute, f"UPDATE {ENTRIES} SET version = 2 WHERE id < 0") == []
    assert months_marked_by(execute, f"DELETE FROM {PARTS}") == []


def test_an_emptied_log_has_all_its_months_marked(saved, project, cast):
    for _number in range(2):
        entry(project, cast.parma_staff, day=APRIL)
    assert months_marked_by(empty, ENTRIES, PARTS) == [MARCH, APRIL]


def test_emptied_parts_have_the_months_of_their_entries_marked(saved, project, cast):
    add_part(entry(project, cast.parma_staff, day=APRIL), "F")
    assert months_marked_by(empty, PARTS) == [APRIL]


def test_what_is_taken_back_leaves_no_mark(saved, project, cast):
    ChangedMonth.objects.all().delete()
    with transaction.atomic():
        entry(project, cast.parma_staff, day=APRIL)
        empty(ENTRIES, PARTS)
        transaction.set_rollback(True)
    assert marks() == []
    assert Intervention.objects.get() == saved


def test_what_is_refused_leaves_no_mark(saved):
    ChangedMonth.objects.all().delete()
    with pytest.raises(Exception, match="new version"), transaction.atomic():
        Intervention.objects.update(people_served=99)
    assert marks() == []


def test_an_import_marks_what_it_changes_and_its_undo_the_same(saved, project, cast):
    kept = entry(project, cast.parma_staff, day=MAY)
    headings = ["id", "initiative", "day", "kind", "people_served", "people F ND ND"]
    rows = [
        [str(saved.public_id), project.code, "10/03/2026", "A4", "20", "2"],
        ["", project.code, "11/04/2026", "A4", "7", "3"],
        [str(kept.public_id), project.code, "01/05/2026", "A4", "12", ""],
    ]
    run = checked(headings, *rows, by=cast.parma_staff, place=project.city)
    assert set(months_marked_by(load, run)) == {MARCH, APRIL}
    assert set(months_marked_by(undo, run)) == {MARCH, APRIL}


@pytest.mark.django_db(transaction=True)
def test_the_tables_can_be_emptied_all_together(project, cast):
    entry(project, cast.parma_staff)
    call_command("flush", verbosity=0, interactive=False)
    assert (Intervention.objects.count(), marks()) == (0, [])
