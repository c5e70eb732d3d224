"""What became of an entry, told on its page."""

import pytest
from django.urls import reverse

from initiatives.actions import log, months
from initiatives.models import Intervention, InterventionPeople
from tests.bodies import organisation
from tests.projects import DAY, entry, implementer, kind
from will_portal.accounts.models import User

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def delivered(project, cast):
    """A partner's entry that waits for the city."""
    return entry(project, cast.partner_member, confirmed=False, delivered_by=organisation("cooperativa"))


def page(client, found):
    return client.get(found.get_absolute_url(), headers=ENGLISH)


def correct(client, found, **values):
    sent = {
        "version": Intervention.objects.get(pk=found.pk).version,
        "day": DAY.isoformat(),
        "kind": "A4",
        "people_served": "12",
        "new_people": "3",
    } | values
    return client.post(reverse("log:edit", args=[found.public_id]), sent)


def told(client, found):
    changes = page(client, found).context["changes"]
    return [
        (change.act, change.by, [tuple(map(str, field)) for field in change.fields]) for change in changes
    ]


def test_the_history_says_who_changed_what(project, cast, client_of):
    saved = entry(project, cast.parma_staff)
    kind("B1")
    correct(client_of("parma_lead"), saved, people_served="1.400", kind="B1", place="Piazza")
    changes = told(client_of("parma_staff"), saved)
    assert [change[0] for change in changes] == ["changed", "entered and confirmed"]
    assert changes[0][1] == "referente@parma.example"
    assert ("People served", "12", "1,400") in changes[0][2]


def test_the_history_tells_how_the_breakdown_changed(project, cast, client_of):
    saved = entry(project, cast.parma_staff)
    InterventionPeople.objects.create(
        intervention=saved, sex="F", age_band="75+", citizenship="ITL", people=4, new_people=1
    )
    cells = {"people-ITL-75+-F": "5", "new-ITL-75+-F": "1", "people-ITL-75+-M": "2"}
    correct(client_of("parma_staff"), saved, **cells)
    assert told(client_of("parma_staff"), saved)[0][2] == [
        ("Women, 75 years and over, Italian", "4, of whom 1 new", "5, of whom 1 new"),
        ("Men, 75 years and over, Italian", "–", "2"),
    ]


def test_acts_of_the_city_are_told_as_such(delivered, cast, client_of):
    log.send_back(entry=delivered, version=1, note="Hours?", by=cast.parma_staff)
    body = organisation("cooperativa").public_id
    correct(client_of("partner_member"), delivered, hours="2", delivered_by=body)
    log.confirm(seen={delivered.public_id: 3}, by=cast.parma_staff)
    log.withdraw(entry=delivered, version=4, reason="Twice", by=cast.parma_staff)
    acts = [change[0] for change in told(client_of("parma_staff"), delivered)]
    assert acts == ["withdrawn", "confirmed", "changed", "returned", "entered"]


def test_partners_read_on_which_side_somebody_acted_and_no_addresses(delivered, client_of):
    body = organisation("cooperativa").public_id
    correct(client_of("parma_staff"), delivered, people_served="9", delivered_by=body)
    correct(client_of("partner_member"), delivered, people_served="8", delivered_by=body)
    client = client_of("partner_representative")
    assert [change[1] for change in told(client, delivered)][:2] == ["Cooperativa sociale di prova", "Parma"]
    assert "operatore@parma.example" not in page(client, delivered).text


def test_partners_read_that_the_city_entered_what_they_delivered(project, cast, client_of):
    saved = entry(project, cast.parma_staff, delivered_by=organisation("cooperativa"))
    assert page(client_of("partner_representative"), saved).context["author"] == "Parma"


def test_what_the_portal_itself_did_is_told_as_its_own(project, cast, client_of):
    saved = entry(project, cast.parma_staff)
    assert told(client_of("parma_staff"), saved) == [("entered and confirmed", "the portal", [])]


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("parma_staff", {"edit", "withdraw", "confirm", "return"}),
        ("partner_representative", {"edit", "withdraw"}),
        ("partner_member", {"edit", "withdraw"}),
    ],
)
def test_the_page_offers_what_its_reader_may_do(role, verbs, delivered, client_of):
    assert page(client_of(role), delivered).context["verbs"] == verbs


def test_an_entry_of_a_closed_month_is_told_to_be_so_and_offers_nothing(delivered, cast, client_of):
    months.close_month(city=delivered.city, month=DAY.replace(day=1), by=cast.parma_lead)
    shown = page(client_of("parma_staff"), delivered)
    assert (shown.context["verbs"], "March 2026 was closed by" in shown.text) == (set(), True)


@pytest.mark.parametrize("role", ["verona_staff", "rival_representative", "researcher", "coordinator"])
def test_an_entry_is_not_there_for_others(role, delivered, client_of):
    assert page(client_of(role), delivered).status_code == 404


def test_the_city_takes_a_note_out_also_of_a_closed_month(project, cast, client_of):
    saved = entry(project, cast.parma_staff, note="Mario at number 7")
    months.close_month(city=saved.city, month=DAY.replace(day=1), by=cast.parma_lead)
    client_of("parma_staff").post(reverse("log:clear_note", args=[saved.public_id]))
    assert Intervention.objects.get().note == ""
    assert told(client_of("parma_staff"), saved)[0][0] == "note or details without figures changed"


def test_free_words_are_offered_to_be_taken_out_as_long_as_there_are_any(project, cast, client_of):
    saved = entry(project, cast.parma_staff, place="Casa di Mario")
    assert page(client_of("parma_staff"), saved).context["may_clear_words"]
    log.withdraw(entry=saved, version=1, reason="Mario said so", by=cast.parma_staff)
    client_of("parma_staff").post(reverse("log:clear_note", args=[saved.public_id]))
    assert not page(client_of("parma_staff"), saved).context["may_clear_words"]


def test_a_note_that_staff_corrects_is_told_as_no_more_than_that(project, cast, client_of):
    saved = entry(project, cast.parma_staff)
    correct(client_of("parma_staff"), saved, note="Rainy", place="Piazza")
    assert told(client_of("parma_staff"), saved)[0][::2] == ("note or details without figures changed", [])


def test_a_partner_does_not_read_what_another_body_had_delivered(delivered, cast, client_of):
    implementer("parma", "associazione")
    own, rival = organisation("cooperativa").public_id, organisation("associazione").public_id
    correct(client_of("parma_staff"), delivered, people_served="40977", delivered_by=rival)
    correct(client_of("parma_staff"), delivered, people_served="14", delivered_by=own)
    correct(client_of("parma_staff"), delivered, people_served="15", delivered_by=own)
    client = client_of("partner_representative")
    assert [change[2] for change in told(client, delivered)] == [[("People served", "14", "15")]]
    assert len(told(client_of("parma_staff"), delivered)) == 4
    address = reverse("log:withdraw", args=[delivered.public_id])
    late = client.post(address, {"version": 2, "reason": "Twice"}, headers=ENGLISH)
    assert "40,977" not in late.text


def test_a_partner_cannot_take_a_note_out(delivered, client_of):
    address = reverse("log:clear_note", args=[delivered.public_id])
    assert client_of("partner_member").post(address).status_code == 403


def test_a_name_that_somebody_gave_themselves_is_shown_to_the_city(project, cast, client_of):
    User.objects.filter(pk=cast.parma_lead.pk).update(display_name="Anna Verdi")
    saved = entry(project, cast.parma_staff)
    correct(client_of("parma_lead"), saved, people_served="9")
    assert told(client_of("parma_staff"), saved)[0][1] == "Anna Verdi"
