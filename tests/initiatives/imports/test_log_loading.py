"""What was reviewed is loaded as it was, or not at all; and taken back as far as nobody has worked on it."""

import time
from datetime import date, timedelta

import pghistory
import pytest
from django.db import connection, transaction

from initiatives.actions import log, months
from initiatives.imports.errors import Stale
from initiatives.models import ChangedMonth, Initiative, Intervention, InterventionPeople, Partner
from tests.bodies import organisation
from tests.initiatives.imports.log_files import checked, load, undo, whole_log
from tests.initiatives.imports.row_files import outcomes
from tests.projects import DAY, entry, kind

NEEDED = ["initiative", "day", "kind", "people_served"]
CODE = "PR-2026-01"
NEW = [CODE, "10/03/2026", "A4", "7"]
WOMEN, NEW_WOMEN, MEN = "people F ND ND", "new F ND ND", "people M ND ND"
MARCH = date(2026, 3, 1)
MANY = 4_000


@pytest.fixture
def stored(project, cast):
    saved = entry(project, cast.parma_staff, place="Sede", reference="R1", note="Nota", cost="12.50")
    add_part(saved, "F", 4, 1)
    add_part(saved, "M", 3, None)
    return saved


@pytest.fixture
def theirs(project, cast):
    """What the cooperative delivered, and the city has confirmed."""
    saved = entry(project, cast.parma_staff, delivered_by=organisation("cooperativa"))
    Intervention.objects.filter(pk=saved.pk).update(entered_by=cast.partner_member)
    return saved


@pytest.fixture
def bring(project, cast):
    """Check rows as staff of Parma, or for another place as somebody else."""
    kind()

    def check(headings, *rows, by=cast.parma_staff, place=project.city, **options):
        return checked(headings, *rows, by=by, place=place, **options)

    return check


@pytest.fixture
def bring_theirs(bring, cast):
    def check(headings, *rows, by=cast.partner_representative):
        return bring(headings, *rows, by=by, place=organisation("cooperativa"))

    return check


def add_part(saved, sex, people, new):
    InterventionPeople.objects.create(
        intervention=saved, sex=sex, age_band="ND", citizenship="ND", people=people, new_people=new
    )


def parts(saved):
    return {part.sex: (part.people, part.new_people) for part in saved.breakdown.all()}


def as_stored(saved):
    """All there is of an entry but its version."""
    values = Intervention.objects.filter(pk=saved.pk).values().get()
    del values["version"]
    return values, parts(saved)


def change(saved, **values):
    saved.refresh_from_db()
    for name, value in values.items():
        setattr(saved, name, value)
    saved.version += 1
    saved.save()


def is_refused(run):
    before = whole_log()
    with pytest.raises(Stale):
        load(run)
    return whole_log() == before


def test_new_rows_become_entries_with_their_breakdown(bring, cast):
    run = load(bring([*NEEDED, WOMEN, NEW_WOMEN, "new_people", "cost"], [*NEW, "3", "1", "2", "1.234,50"]))
    saved = Intervention.objects.get()
    assert saved.public_id == run.imported.get().target
    assert (saved.people_served, str(saved.cost), parts(saved)) == (7, "1234.50", {"F": (3, 1)})
    assert (saved.entered_by, saved.confirmed_by, saved.version) == (cast.parma_staff, cast.parma_staff, 1)


def test_changed_rows_change_what_the_file_says(bring, stored):
    load(bring(["id", "people_served", WOMEN], [str(stored.public_id), "20", "5"]))
    stored.refresh_from_db()
    assert (stored.people_served, stored.note, stored.version) == (20, "Nota", 2)
    assert parts(stored) == {"F": (5, 1), "M": (3, None)}


def test_totals_and_parts_are_lowered_together(bring, stored):
    headings = ["id", "people_served", "new_people", WOMEN, NEW_WOMEN, MEN]
    load(bring(headings, [str(stored.public_id), "2", "", "2", "", ""]))
    stored.refresh_from_db()
    assert (stored.people_served, parts(stored)) == (2, {"F": (2, None)})


def test_unchanged_rows_are_not_written(bring, stored):
    load(bring(["id", "people_served"], [str(stored.public_id), "12"]))
    stored.refresh_from_db()
    assert stored.version == 1


def test_what_is_already_there_is_loaded_if_somebody_wants_it(bring):
    load(bring(NEEDED, NEW, NEW))
    assert Intervention.objects.count() == 1
    load(bring(NEEDED, NEW, load_alike=True))
    assert Intervention.objects.count() == 2


def test_a_file_that_was_loaded_is_already_there(bring):
    load(bring(NEEDED, NEW))
    assert outcomes(bring(NEEDED, NEW)) == ["alike"]


def test_a_partner_s_rows_wait_for_the_city(bring_theirs, cast):
    load(bring_theirs(NEEDED, NEW, by=cast.partner_member))
    saved = Intervention.objects.get()
    assert (saved.delivered_by, saved.confirmed_by) == (organisation("cooperativa"), None)


def test_a_partner_s_rows_take_back_the_confirmation(bring_theirs, theirs):
    load(bring_theirs(["id", "people_served"], [str(theirs.public_id), "13"]))
    theirs.refresh_from_db()
    assert (theirs.people_served, theirs.confirmed_by) == (13, None)


def test_the_city_s_rows_confirm_a_partner_s_entry(bring, theirs, cast):
    change(theirs, confirmed_by=None, confirmed_at=None)
    load(bring(["id", "people_served"], [str(theirs.public_id), "13"]))
    theirs.refresh_from_db()
    assert theirs.confirmed_by == cast.parma_staff


def test_nobody_confirms_for_their_own_body(bring, theirs, cast):
    cast.parma_staff.organisation_memberships.create(organisation=organisation("cooperativa"), role="member")
    load(bring(["id", "people_served"], [str(theirs.public_id), "13"]))
    theirs.refresh_from_db()
    assert theirs.confirmed_by is None


def test_nothing_is_loaded_over_what_somebody_has_changed(bring, stored):
    run = bring([*NEEDED, "id"], [*NEW[:3], "13", str(stored.public_id)], [*NEW, ""])
    change(stored, note="Altro")
    assert is_refused(run)


def test_nothing_is_loaded_once_the_month_is_closed(bring, project, cast):
    run = bring(NEEDED, [CODE, "10/04/2026", "A4", "7"], NEW)
    months.close_month(city=project.city, month=MARCH, by=cast.parma_lead)
    assert is_refused(run)


def test_nothing_is_loaded_once_a_body_s_time_is_over(bring_theirs):
    run = bring_theirs(NEEDED, NEW)
    Partner.objects.update(until=date(2026, 3, 20))
    assert is_refused(run)


def test_nothing_is_loaded_for_another_initiative_of_the_same_code(bring, project):
    run = bring(NEEDED, NEW)
    Initiative.objects.filter(pk=project.pk).update(code="PR-2025-09")
    Initiative.objects.create(code=CODE, title="Altra", city=project.city, stage="experiment")
    assert is_refused(run)


def test_nothing_is_loaded_twice(bring, cast, project):
    first, second = bring(NEEDED, NEW), bring(NEEDED, NEW)
    load(first)
    assert is_refused(second)


def test_each_month_of_an_initiative_is_marked_once(bring, project):
    ChangedMonth.objects.all().delete()
    load(bring(NEEDED, NEW, [CODE, "11/03/2026", "A4", "7"], [CODE, "11/04/2026", "A4", "7"]))
    marked = list(ChangedMonth.objects.order_by("month").values_list("initiative_id", "month"))
    assert marked == [(project.pk, MARCH), (project.pk, date(2026, 4, 1))]


def test_the_history_says_who_brought_the_file(bring, cast, stored):
    run = bring([*NEEDED, "id"], [*NEW[:3], "13", str(stored.public_id)], [*NEW, ""])
    # In a request or for a worker, the context is around all that is written.
    with transaction.atomic(), pghistory.context(user=cast.parma_staff.pk):
        load(run)
    events = pghistory.models.Events.objects.tracks(*Intervention.objects.all())
    written = {(event.pgh_label, event.pgh_context["user"]) for event in events if event.pgh_context}
    assert written == {("insert", cast.parma_staff.pk), ("update", cast.parma_staff.pk)}


@pytest.fixture
def loaded(bring, stored):
    """A file that changed an entry and made a new one; the new one's breakdown too."""
    headings = ["id", *NEEDED, "reference", "place", "cost", WOMEN, MEN]
    changed = [str(stored.public_id), CODE, "11/03/2026", "A4", "9", "R2", "", "1", "5", ""]
    return load(bring(headings, changed, ["", *NEW, "N1", "", "", "2", "1"]))


def made_by(run):
    return Intervention.objects.get(public_id=run.imported.get(outcome="new").target)


def test_an_undo_brings_back_all_that_was(bring, stored):
    before = as_stored(stored)
    headings = ["id", "day", "reference", "place", "people_served", "cost", WOMEN, MEN]
    run = load(bring(headings, [str(stored.public_id), "11/03/2026", "R2", "", "9", "1", "5", ""]))
    assert as_stored(stored) != before
    assert undo(run) == []
    assert as_stored(stored) == before


def test_an_undo_takes_away_what_was_new(loaded, stored):
    assert undo(loaded) == []
    assert list(Intervention.objects.all()) == [stored]
    assert not InterventionPeople.objects.exclude(intervention=stored.pk).exists()


def test_what_was_undone_can_be_loaded_again(loaded, stored, bring):
    undo(loaded)
    headings = [*NEEDED, "reference", WOMEN]
    load(bring(headings, [*NEW, "N1", "2"]))
    assert Intervention.objects.filter(reference="N1").count() == 1


def test_what_somebody_has_edited_since_stays(loaded, stored):
    change(made_by(loaded), note="Altro")
    assert undo(loaded) == [3]
    assert Intervention.objects.filter(note="Altro").exists()


def test_what_was_withdrawn_since_stays(loaded, cast):
    log.withdraw(entry=made_by(loaded), version=1, reason="Due volte", by=cast.parma_staff)
    assert undo(loaded) == [3]


def test_what_was_confirmed_since_stays(bring_theirs, cast):
    run = load(bring_theirs(NEEDED, NEW))
    saved = Intervention.objects.get()
    log.confirm(seen={saved.public_id: 1}, by=cast.parma_staff)
    assert undo(run) == [2]


def test_what_lies_in_a_month_closed_since_stays(loaded, project, cast):
    months.close_month(city=project.city, month=MARCH, by=cast.parma_lead)
    assert undo(loaded) == [2, 3]


def test_an_entry_whose_reference_was_taken_since_stays(loaded, stored, project, cast):
    entry(project, cast.parma_staff, reference="R1")
    assert undo(loaded) == [2]


def test_a_body_whose_time_is_over_takes_nothing_back(bring_theirs):
    run = load(bring_theirs(NEEDED, NEW))
    Partner.objects.update(until=date(2026, 3, 20))
    assert undo(run) == [2]


def test_a_large_file_is_loaded_as_fast_after_a_small_one(bring, project, cast):
    load(bring([*NEEDED, "reference", WOMEN], [*NEW, "N0", "2"]))
    Intervention.objects.bulk_create(
        Intervention(
            initiative=project,
            city=project.city,
            day=DAY - timedelta(days=number % 60),
            kind=kind(),
            people_served=9,
            entered_by=cast.parma_staff,
            reference=f"R{number}",
        )
        for number in range(MANY)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE initiatives_intervention, initiatives_interventionpeople")
    load(bring(["initiative", "reference", "people_served"], [CODE, "R1", "8"]))
    rows = [[CODE, f"R{number}", "7", "4"] for number in range(MANY)]
    run = bring(["initiative", "reference", "people_served", WOMEN], *rows)
    began = time.monotonic()
    load(run)
    undo(run)
    assert time.monotonic() - began < 3
    assert Intervention.objects.filter(people_served=9).count() == MANY - 1
