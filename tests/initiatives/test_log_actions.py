"""The acts on the log, and what the database refuses whoever writes."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import translation

from initiatives.actions import log, months
from initiatives.models import ChangedMonth, Intervention, InterventionPeople, MonthClosing
from tests.bodies import organisation
from tests.projects import DAY, entry, implementer, initiative, kind
from thirdsector.models import OrganisationMembership
from will_portal.accounts.actions import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def unsaved(project, **fields):
    values = {"day": DAY, "kind": kind(), "people_served": 10, "new_people": 4} | fields
    return Intervention(initiative=project, **values)


def part(people, new_people=None, sex="F", age_band="30-54", citizenship="ND"):
    return InterventionPeople(
        sex=sex, age_band=age_band, citizenship=citizenship, people=people, new_people=new_people
    )


def test_staff_confirm_by_saving(cast, project):
    saved = log.record(entry=unsaved(project), breakdown=[], by=cast.parma_staff)
    assert (saved.confirmed_by, saved.city_id) == (cast.parma_staff, project.city_id)


def test_what_a_partner_saves_waits_for_the_city(cast, project):
    unconfirmed = unsaved(project, delivered_by=organisation("cooperativa"))
    log.record(entry=unconfirmed, breakdown=[], by=cast.partner_member)
    assert Intervention.objects.to_confirm().get() == unconfirmed


@pytest.mark.parametrize(
    "role", ["verona_staff", "rival_representative", "researcher", "coordinator", "nobody"]
)
def test_others_cannot_write_into_the_log(role, cast, project):
    with pytest.raises(PermissionDenied):
        log.record(entry=unsaved(project), breakdown=[], by=getattr(cast, role))


def test_a_partner_does_not_write_in_the_name_of_the_city(cast, project):
    with pytest.raises(PermissionDenied):
        log.record(entry=unsaved(project), breakdown=[], by=cast.partner_representative)


def test_a_second_submission_finds_the_first(cast, project):
    key = uuid4()
    first = log.record(entry=unsaved(project, public_id=key), breakdown=[], by=cast.parma_staff)
    with pytest.raises(log.AlreadySaved) as refusal:
        log.record(entry=unsaved(project, public_id=key), breakdown=[], by=cast.parma_staff)
    assert (refusal.value.entry, Intervention.objects.count()) == (first, 1)


def test_a_key_of_somebody_elses_entry_tells_nothing_of_it(cast, project):
    theirs = entry(initiative("verona"), cast.verona_staff)
    with pytest.raises(log.AlreadySaved) as refusal:
        log.record(entry=unsaved(project, public_id=theirs.public_id), breakdown=[], by=cast.parma_staff)
    assert refusal.value.entry is None


def test_a_breakdown_is_stored_with_its_entry_and_marks_the_month_once_a_statement(cast, project):
    log.record(entry=unsaved(project), breakdown=[part(6, 2), part(4, 2, sex="M")], by=cast.parma_staff)
    marks = ChangedMonth.objects.values_list("initiative_id", "month")
    assert set(marks) == {(project.pk, date(2026, 3, 1))}
    assert len(marks) == 2


@pytest.mark.parametrize(
    "parts",
    [[part(11)], [part(6), part(5, sex="M")], [part(6, 5)], [part(10, 0)]],
    ids=["people", "sum of people", "new people", "people who came before"],
)
def test_a_breakdown_above_its_total_is_refused(parts, cast, project):
    with pytest.raises(Refused, match="breakdown"):
        log.record(entry=unsaved(project), breakdown=parts, by=cast.parma_staff)
    assert not Intervention.objects.exists()


def test_a_total_is_not_lowered_below_its_breakdown_by_anybody(cast, project):
    saved = log.record(entry=unsaved(project), breakdown=[part(8, 3)], by=cast.parma_staff)
    for total in [7, None]:
        with pytest.raises(IntegrityError), transaction.atomic():
            Intervention.objects.filter(pk=saved.pk).update(
                people_served=total, new_people=None, contacts=1, version=2
            )


def test_a_correction_replaces_only_the_parts_that_differ(cast, project):
    saved = log.record(
        entry=unsaved(project), breakdown=[part(5, 2), part(5, 2, sex="M")], by=cast.parma_staff
    )
    kept = saved.breakdown.get(sex="F")
    saved.people_served = 9
    log.correct(entry=saved, breakdown=[part(5, 2), part(4, 2, sex="M")], version=1, by=cast.parma_staff)
    assert saved.breakdown.get(sex="F").pk == kept.pk
    assert saved.breakdown.aggregate(people=Sum("people"))["people"] == 9


def test_the_later_of_two_editors_is_told(cast, project):
    saved = entry(project, cast.parma_staff)
    log.correct(entry=Intervention.objects.get(), breakdown=[], version=1, by=cast.parma_lead)
    with pytest.raises(log.Conflict) as conflict:
        log.correct(entry=saved, breakdown=[], version=1, by=cast.parma_staff)
    assert conflict.value.entry.version == 2


def test_a_partners_correction_unconfirms(cast, project):
    saved = entry(project, cast.parma_staff, delivered_by=organisation("cooperativa"))
    saved.people_served = 13
    log.correct(entry=saved, breakdown=[], version=1, by=cast.partner_representative)
    assert Intervention.objects.to_confirm().get().people_served == 13


def test_staff_who_correct_a_returned_entry_confirm_it(cast, project):
    waiting = entry(project, cast.partner_member, confirmed=False, delivered_by=organisation("cooperativa"))
    log.send_back(entry=waiting, version=1, note="The hours are missing.", by=cast.parma_staff)
    log.correct(entry=Intervention.objects.get(), breakdown=[], version=2, by=cast.parma_staff)
    assert Intervention.objects.confirmed().get().return_note == ""


def test_figures_do_not_change_without_a_new_version(cast, project):
    entry(project, cast.parma_staff)
    with pytest.raises(IntegrityError, match="version"), transaction.atomic():
        Intervention.objects.update(people_served=99)


def test_an_entry_stays_with_its_initiative(cast, project):
    saved = entry(project, cast.parma_staff)
    other = initiative("parma", code="PR-2026-02", public_id=uuid4())
    with pytest.raises(IntegrityError, match="stays"), transaction.atomic():
        Intervention.objects.filter(pk=saved.pk).update(initiative=other, version=2)


def test_the_city_of_an_entry_is_that_of_its_initiative(cast, project, verona):
    saved = entry(project, cast.parma_staff)
    with pytest.raises(IntegrityError, match="same_city"), transaction.atomic():
        Intervention.objects.filter(pk=saved.pk).update(city=verona, version=2)


def test_confirming_many_leaves_out_what_changed_since_it_was_read(cast, project):
    waiting = [
        entry(project, cast.partner_member, confirmed=False, delivered_by=organisation("cooperativa"))
        for _ in range(3)
    ]
    seen = {item.public_id: 1 for item in waiting}
    log.correct(entry=waiting[0], breakdown=[], version=1, by=cast.partner_member)
    done = log.confirm(seen=seen, by=cast.parma_staff)
    assert (done.confirmed, done.changed) == (2, [waiting[0].public_id])


def test_a_closed_month_refuses_whatever_the_writer(cast, project):
    saved = entry(project, cast.parma_staff)
    months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_lead)
    for act in [
        lambda: log.record(entry=unsaved(project), breakdown=[], by=cast.parma_staff),
        lambda: log.correct(entry=saved, breakdown=[], version=1, by=cast.parma_staff),
        lambda: log.withdraw(entry=saved, version=1, reason="Twice", by=cast.parma_staff),
    ]:
        with pytest.raises(Refused, match="2026 was closed by"):
            act()
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM initiatives_intervention")


def test_free_words_may_be_taken_out_of_a_closed_month(cast, project):
    saved = entry(project, cast.parma_staff, note="Mario at number 7", place="Mario's house")
    log.withdraw(entry=saved, version=1, reason="Mario said so", by=cast.parma_staff)
    months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_lead)
    log.clear_words(entry=saved, by=cast.parma_staff)
    left = Intervention.objects.get()
    assert (left.note, left.place, left.withdraw_reason, left.return_note) == ("", "", "–", "")


def test_a_reopened_month_takes_entries_again(cast, project):
    closing = months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_lead)
    months.reopen_month(closing=closing, reason="A partner was late", by=cast.parma_lead)
    log.record(entry=unsaved(project), breakdown=[], by=cast.parma_staff)
    assert MonthClosing.objects.in_force().count() == 0


def test_only_the_lead_closes_and_only_what_has_ended(cast, project):
    with pytest.raises(PermissionDenied):
        months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_staff)
    with pytest.raises(Refused, match="ended"):
        months.close_month(city=project.city, month=date(2099, 1, 1), by=cast.parma_lead)


def test_a_change_of_note_marks_no_month(cast, project):
    saved = entry(project, cast.parma_staff)
    ChangedMonth.objects.all().delete()
    Intervention.objects.filter(pk=saved.pk).update(note="Rainy")
    assert not ChangedMonth.objects.exists()


def test_a_moved_entry_marks_both_months(cast, project):
    saved = entry(project, cast.parma_staff)
    ChangedMonth.objects.all().delete()
    Intervention.objects.filter(pk=saved.pk).update(day=date(2026, 4, 2), version=2)
    assert set(ChangedMonth.objects.values_list("month", flat=True)) == {date(2026, 3, 1), date(2026, 4, 1)}


def test_a_body_whose_part_has_ended_changes_nothing_by_way_of_another(cast, project):
    own = organisation("cooperativa")
    saved = entry(project, cast.parma_staff, delivered_by=own)
    OrganisationMembership.objects.create(
        user=cast.partner_representative, organisation=organisation("associazione"), role="representative"
    )
    implementer("parma", "associazione")
    project.partners.filter(organisation=own).update(until=date(2026, 1, 1))
    with pytest.raises(PermissionDenied):
        log.withdraw(entry=saved, version=1, reason="Mine", by=cast.partner_representative)
