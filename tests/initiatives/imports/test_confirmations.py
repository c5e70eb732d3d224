"""The confirmation of a file: of which check it is, and what is said before of entries already confirmed."""

import pytest
from django.db import transaction
from django.urls import reverse

from initiatives.models import Intervention
from initiatives.models.imports import ImportRun
from initiatives.views.imports_review import confirmations_of
from tests.bodies import organisation
from tests.import_runs import VALUES, import_run, imported_row, reviewed_run
from tests.initiatives.imports.log_files import checked, load
from tests.places import key
from tests.projects import entry, implementer, initiative
from thirdsector.models import OrganisationMembership

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def staff(client_of):
    """Somebody of Parma, whose initiative the files are about."""
    initiative("parma")
    return client_of("parma_staff", headers=ENGLISH)


def address(run):
    return reverse("imports:confirm", args=[run.public_id])


def confirm(client, run, **values):
    seen = client.get(run.get_absolute_url()).context["form"]["seen"].initial
    client.post(address(run), {"seen": seen, "alike": "skip"} | values)
    run.refresh_from_db()
    return run.state


@pytest.mark.parametrize(("alike", "loads"), [("skip", False), ("load", True)])
def test_what_is_confirmed_is_loaded_with_what_is_there_already_or_without(alike, loads, staff, cast):
    run = reviewed_run(cast.parma_staff)
    assert confirm(staff, run, alike=alike) == "loading"
    assert bool(run.options.get("load_alike")) == loads


def test_what_was_checked_anew_since_is_not_confirmed_until_somebody_saw_it(staff, cast):
    run = reviewed_run(cast.parma_staff)
    seen = staff.get(run.get_absolute_url()).context["form"]["seen"].initial
    with transaction.atomic():
        run.imported.all().delete()
        imported_row(run, 4, "new", target=key("imported"))
        imported_row(run, 5, "changed", before=VALUES | {"people_served": 8})
    refused = staff.post(address(run), {"seen": seen, "alike": "skip"})
    assert "checked again" in refused.text
    assert f'name="seen" value="{seen}"' not in refused.text
    assert confirm(staff, run, seen=seen) == "review"
    assert confirm(staff, run) == "loading"


def test_a_marked_file_that_is_made_meanwhile_is_no_other_check(staff, cast):
    run = reviewed_run(cast.parma_staff)
    seen = staff.get(run.get_absolute_url()).context["form"]["seen"].initial
    ImportRun.objects.update(timings={"check": 0.1, "mark": 0.2})
    assert confirm(staff, run, seen=seen) == "loading"


def test_who_brings_the_same_file_again_is_asked(staff, cast):
    import_run("done", cast.parma_lead)
    run = reviewed_run(cast.parma_staff)
    assert "The same rows were loaded already" in staff.get(run.get_absolute_url()).text
    assert confirm(staff, run) == "review"
    assert confirm(staff, run, again="on") == "loading"


def changed_entry(run, number, *, confirmed_at=None, body=None):
    before = {"people_served": 7, "_row": {"confirmed_at": confirmed_at}}
    imported_row(run, number, "changed", values=VALUES | {"_keys": [1, 1, body]}, before=before)


def test_a_body_is_told_how_many_confirmed_entries_will_wait_for_the_city_again(client_of, cast):
    implementer("parma", "cooperativa")
    body = organisation("cooperativa")
    place = {"city": None, "organisation": body}
    run = import_run("review", cast.partner_representative, changed_rows=3, **place)
    for number, confirmed_at in enumerate(["2026-03-11T10:00:00+00:00"] * 2 + [None], 4):
        changed_entry(run, number, confirmed_at=confirmed_at, body=body.pk)
    page = client_of("partner_representative", headers=ENGLISH).get(run.get_absolute_url())
    assert "2 of the changed rows are of entries that are confirmed now" in page.text
    assert "confirms" not in page.text


def test_a_city_is_told_how_many_entries_its_file_confirms(staff, cast):
    run = import_run("review", cast.parma_staff, changed_rows=3)
    changed_entry(run, 4, confirmed_at="2026-03-11T10:00:00+00:00")
    changed_entry(run, 5)
    changed_entry(run, 6, body=organisation("cooperativa").pk)
    page = staff.get(run.get_absolute_url())
    assert "2 of the changed rows are of entries that are not confirmed yet" in page.text
    assert "wait for the city" not in page.text


@pytest.mark.parametrize("place", ["city", "body", "city, but also of the body"])
def test_what_is_told_of_confirmations_is_what_the_load_does(place, cast):
    part = implementer("parma", "cooperativa")
    body, by = part.organisation, cast.partner_representative if place == "body" else cast.parma_staff
    if "also" in place:
        OrganisationMembership.objects.create(user=by, organisation=body, role="representative")
    entries = [
        entry(part.initiative, cast.parma_staff, delivered_by=body, confirmed=confirmed)
        for confirmed in (True, True, False)
    ]
    rows = [[str(each.public_id), "13"] for each in entries]
    where = body if place == "body" else part.initiative.city
    run = checked(["id", "people_served"], *rows, by=by, place=where)
    run.changed_rows = 3
    told = confirmations_of(run)
    load(run)
    more = Intervention.objects.confirmed().count() - 2
    assert told["confirmed"] - told["unconfirmed"] == more != 0


def test_nobody_of_the_city_confirms_by_a_file_what_their_own_body_delivered(staff, cast):
    body = organisation("cooperativa")
    OrganisationMembership.objects.create(user=cast.parma_staff, organisation=body, role="member")
    run = import_run("review", cast.parma_staff, changed_rows=2)
    changed_entry(run, 4, confirmed_at="2026-03-11T10:00:00+00:00", body=body.pk)
    changed_entry(run, 5, body=body.pk)
    assert staff.get(run.get_absolute_url()).context["confirmations"] == {"unconfirmed": 1, "confirmed": 0}
