"""Partners' entries before the city: confirmed, returned, withdrawn, and what each side is told."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from initiatives.actions import log, months
from initiatives.models import Intervention
from tests.bodies import organisation
from tests.permissions.answers import NOBODY
from tests.projects import DAY, entry, implementer

ENGLISH = {"accept-language": "en"}
TO_CONFIRM, CONFIRM = reverse("log:to_confirm"), reverse("log:confirm")


@pytest.fixture
def waiting(cast, project):
    """An entry of the partner that waits for the city; called again, another."""

    def store(**fields):
        values = {"confirmed": False, "delivered_by": organisation("cooperativa")} | fields
        return entry(project, cast.partner_member, **values)

    return store


def ticked(*entries, version=1):
    return {"entry": [f"{found.public_id}:{version}" for found in entries]}


def confirm(client, data):
    return client.post(CONFIRM, data, headers=ENGLISH, follow=True).text


def shown(client):
    return [found for heap in client.get(TO_CONFIRM).context["heaps"] for found in heap]


def withdraw(client, found, version=1, reason="Entered twice"):
    url = reverse("log:withdraw", args=[found.public_id])
    return client.post(url, {"reason": reason, "version": version}, headers=ENGLISH)


def send_back(client, found, version=1, note="The hours are missing"):
    url = reverse("log:return", args=[found.public_id])
    return client.post(url, {"note": note, "version": version}, headers=ENGLISH)


def test_the_city_finds_what_its_partners_entered_the_oldest_first(client_of, waiting):
    late, early = waiting(day=date(2026, 3, 20)), waiting(day=date(2026, 2, 3))
    assert shown(client_of("parma_staff")) == [early, late]


def test_nothing_of_another_city_waits_there(client_of, waiting):
    waiting()
    assert shown(client_of("verona_staff")) == []


def test_entries_of_an_organisation_and_a_month_lie_together(client_of, waiting):
    implementer("parma", "associazione")
    for body in ["cooperativa", "associazione", "cooperativa"]:
        waiting(delivered_by=organisation(body))
    heaps = client_of("parma_staff").get(TO_CONFIRM).context["heaps"]
    assert [(len(heap), heap[0].delivered_by) for heap in heaps] == [
        (1, organisation("associazione")),
        (2, organisation("cooperativa")),
    ]


def test_a_page_ends_after_fifty_and_the_next_goes_on_there(client_of, waiting):
    stored = [waiting(day=date(2026, 3, 1 + number // 3)) for number in range(53)]
    client = client_of("parma_staff")
    first = client.get(TO_CONFIRM)
    second = client.get(TO_CONFIRM, {"after": first.context["next"]})
    pages = [found for page in [first, second] for heap in page.context["heaps"] for found in heap]
    assert (len(pages), set(pages), second.context["next"]) == (53, set(stored), "")


def test_who_asks_for_a_page_that_is_none_gets_the_first(client_of, waiting):
    found = waiting()
    assert client_of("parma_staff").get(TO_CONFIRM, {"after": "x"}).context["heaps"] == [[found]]


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_the_database_as_often_for_fifty_as_for_one(
    count, client_of, waiting, django_assert_num_queries
):
    for _number in range(count):
        waiting()
    client = client_of("parma_staff")
    with django_assert_num_queries(10):
        client.get(TO_CONFIRM)


def test_what_is_ticked_is_confirmed_and_the_rest_is_not(client_of, cast, waiting):
    chosen, other = waiting(), waiting()
    assert "1 entry confirmed." in confirm(client_of("parma_staff"), ticked(chosen))
    assert Intervention.objects.get(pk=chosen.pk).confirmed_by == cast.parma_staff
    assert Intervention.objects.to_confirm().get() == other


def whole_page(*entries):
    return {"shown": ticked(*entries)["entry"], "all": "1"}


def test_a_whole_page_is_summed_up_and_nothing_confirmed_before_it_is_asked_again(client_of, waiting):
    entries = [waiting(hours=Decimal("1.5")), waiting(), waiting(day=date(2026, 2, 3), people_served=1000)]
    page = client_of("parma_staff").post(CONFIRM, whole_page(*entries), headers=ENGLISH)
    sums = [(heap.entries, heap.people, heap.hours, heap.cost) for heap in page.context["heaps"]]
    assert sums == [(1, 1000, None, None), (2, 24, Decimal("1.5"), None)]
    assert "Confirm 3 entries?" in page.text
    assert not Intervention.objects.confirmed().exists()


def test_a_whole_page_asked_again_is_confirmed_at_once(client_of, waiting):
    entries, client = [waiting() for _number in range(3)], client_of("parma_staff")
    again = client.post(CONFIRM, whole_page(*entries))
    sent = re.findall(r'name="entry" value="([^"]+)"', again.text)
    assert "3 entries confirmed." in confirm(client, {"entry": sent})
    assert Intervention.objects.confirmed().count() == 3


def test_what_changed_is_not_in_the_sums_of_a_whole_page(client_of, cast, waiting):
    changed, same = waiting(), waiting()
    log.correct(entry=changed, breakdown=[], version=1, by=cast.partner_member)
    client = client_of("parma_staff")
    assert [heap.entries for heap in client.post(CONFIRM, whole_page(changed, same)).context["heaps"]] == [1]
    assert "changed: look again" in confirm(client, whole_page(changed))


@pytest.mark.parametrize("count", [1, 50])
def test_summing_up_a_page_asks_the_database_as_often_for_fifty_as_for_one(
    count, client_of, waiting, django_assert_num_queries
):
    entries, client = [waiting() for _number in range(count)], client_of("parma_staff")
    with django_assert_num_queries(8):
        client.post(CONFIRM, whole_page(*entries))


def test_a_row_tells_the_place_and_whether_there_is_a_note(client_of, waiting):
    waiting(place="Sala civica", note="Con interprete")
    page = client_of("parma_staff").get(TO_CONFIRM, headers=ENGLISH).text
    assert '<span class="d-block small">Sala civica</span>' in page
    assert '<span class="d-block">note</span>' in page
    assert 'aria-label="10 March 2026, Portierato di quartiere, Home care, Sala civica, 12 people"' in page


def test_an_entry_corrected_after_it_was_returned_says_so(client_of, cast, waiting):
    found, other = waiting(), waiting()
    client = client_of("parma_staff")
    send_back(client, found)
    log.correct(entry=found, breakdown=[], version=2, by=cast.partner_member)
    log.correct(entry=other, breakdown=[], version=1, by=cast.partner_member)
    assert [entry for entry in shown(client) if entry.is_corrected] == [found]
    assert client.get(TO_CONFIRM, headers=ENGLISH).text.count("corrected after it was returned") == 1


def test_with_nothing_ticked_nothing_happens(client_of, waiting):
    only_shown = {"shown": f"{waiting().public_id}:1"}
    assert "Tick the entries" in confirm(client_of("parma_staff"), only_shown)
    assert not Intervention.objects.confirmed().exists()


def test_what_changed_since_it_was_read_stays_and_is_marked(client_of, cast, waiting):
    changed, same = waiting(), waiting()
    log.correct(entry=changed, breakdown=[], version=1, by=cast.partner_member)
    page = confirm(client_of("parma_staff"), ticked(changed, same))
    assert "1 entry confirmed." in page
    assert "Changed since you read it, and now to be confirmed." in page
    assert "changed: look again" in page
    assert Intervention.objects.to_confirm().get() == changed


def test_what_a_colleague_confirmed_meanwhile_is_told(client_of, cast, waiting):
    found = waiting()
    log.confirm(seen={found.public_id: 1}, by=cast.parma_lead)
    assert "now confirmed on" in confirm(client_of("parma_staff"), ticked(found))
    assert Intervention.objects.get().confirmed_by == cast.parma_lead


def test_what_lies_in_a_closed_month_is_told_with_who_closed_it(client_of, cast, project, waiting):
    closed, free = waiting(), waiting(day=date(2026, 2, 3))
    months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_lead)
    page = confirm(client_of("parma_staff"), ticked(closed, free))
    assert "1 entry confirmed." in page
    assert "March 2026 was closed by" in page
    assert Intervention.objects.to_confirm().get() == closed


def test_another_citys_entry_is_neither_confirmed_nor_told_of(client_of, waiting):
    found = waiting()
    assert "Portierato" not in confirm(client_of("verona_staff"), ticked(found))
    assert Intervention.objects.to_confirm().get() == found


def test_nobody_confirms_for_the_organisation_they_act_for(client_of, cast, waiting):
    found = waiting()
    organisation("cooperativa").memberships.create(user=cast.parma_staff, role="member")
    client = client_of("parma_staff")
    confirm(client, ticked(found))
    assert send_back(client, found).status_code == 403
    assert Intervention.objects.to_confirm().get() == found


@pytest.mark.parametrize("value", ["x", "x:1", f"{NOBODY}:x", NOBODY, f"{NOBODY}:1:1"])
def test_what_no_page_of_ours_sent_is_no_request(value, client_of):
    assert client_of("parma_staff").post(CONFIRM, {"entry": value}).status_code == 400


def test_rights_to_confirm_end_with_the_membership(client_of, cast, waiting):
    found, client = waiting(), client_of("parma_staff")
    assert client.get(TO_CONFIRM).status_code == 200
    cast.parma_staff.city_memberships.get().end(by=cast.parma_lead, reason="Elsewhere")
    assert client.post(CONFIRM, ticked(found)).status_code == 403
    assert Intervention.objects.to_confirm().get() == found


def test_a_returned_entry_tells_the_partner_what_to_correct(client_of, waiting):
    found = waiting()
    send_back(client_of("parma_staff"), found)
    page = client_of("partner_member").get(reverse("log:returned"), headers=ENGLISH).text
    assert "The hours are missing" in page
    assert found.get_absolute_url() in page


def test_a_returned_entry_is_told_by_place_and_people_and_leads_to_its_form(client_of, waiting):
    found, partner = waiting(place="Sala civica"), client_of("partner_member")
    send_back(client_of("parma_staff"), found)
    form = reverse("log:edit", args=[found.public_id])
    page = partner.get(reverse("log:returned"), headers=ENGLISH).text
    assert "Sala civica, 12 people" in page
    assert f'href="{form}"' in page
    assert "The hours are missing" in partner.get(form, headers=ENGLISH).text


@pytest.mark.parametrize("page", ["withdraw", "return"])
def test_who_decides_reads_the_place_and_the_note(page, client_of, waiting):
    url = reverse(f"log:{page}", args=[waiting(place="Sala civica", note="Con interprete").public_id])
    text = client_of("parma_staff").get(url).text
    assert "Sala civica" in text
    assert "Con interprete" in text


def test_returning_needs_a_note_without_personal_data(client_of, waiting):
    found, client = waiting(), client_of("parma_staff")
    assert "This field is required" in send_back(client, found, note="").text
    assert "telephone number" in send_back(client, found, note="Call 347 1234567").text
    assert not Intervention.objects.returned().exists()


def test_a_partner_does_not_return_and_a_stranger_finds_nothing(client_of, waiting):
    found = waiting()
    roles = ["partner_member", "partner_representative", "rival_representative", "verona_lead"]
    answers = [send_back(client_of(role), found).status_code for role in roles]
    assert answers == [403, 403, 404, 404]


def test_an_entry_that_changed_is_not_returned_unread_and_the_note_stays(client_of, cast, waiting):
    found = waiting()
    found.people_served = 1234
    log.correct(entry=found, breakdown=[], version=1, by=cast.partner_member)
    page = send_back(client_of("parma_staff"), found).text
    assert "People served: it was 12, now 1,234" in page
    assert "The hours are missing" in page
    assert 'name="version" value="2"' in page
    assert not Intervention.objects.returned().exists()


def test_a_change_that_no_figure_shows_is_told_as_well(client_of, cast, waiting):
    found = waiting()
    log.correct(entry=found, breakdown=[], version=1, by=cast.partner_member)
    assert "Its note, its breakdown or its state" in send_back(client_of("parma_staff"), found).text


def test_who_decides_on_what_is_settled_is_told(client_of, cast, waiting):
    found, client = waiting(), client_of("parma_staff")
    log.confirm(seen={found.public_id: 1}, by=cast.parma_lead)
    answer = send_back(client, found)
    assert answer["Location"] == found.get_absolute_url()
    assert not Intervention.objects.returned().exists()


def test_a_withdrawn_entry_is_out_of_the_sums_with_its_reason(client_of, cast, waiting):
    found = waiting(confirmed=True)
    assert withdraw(client_of("parma_staff"), found)["Location"] == found.get_absolute_url()
    kept = Intervention.objects.get()
    assert (kept.withdrawn_by, kept.withdraw_reason, kept.counts) == (
        cast.parma_staff,
        "Entered twice",
        False,
    )


def test_withdrawing_needs_a_reason(client_of, waiting):
    assert "This field is required" in withdraw(client_of("parma_staff"), waiting(), reason=" ").text
    assert Intervention.objects.present().exists()


def test_a_second_withdrawal_changes_nothing(client_of, cast, waiting):
    found = waiting()
    for role in ["parma_staff", "parma_lead"]:
        withdraw(client_of(role), found)
    assert Intervention.objects.get().withdrawn_by == cast.parma_staff


def test_an_entry_that_changed_is_not_withdrawn_unread(client_of, cast, waiting):
    found = waiting()
    found.day = date(2026, 3, 11)
    log.correct(entry=found, breakdown=[], version=1, by=cast.partner_member)
    page = withdraw(client_of("parma_staff"), found).text
    assert "Day: it was 10 March 2026, now 11 March 2026" in page
    assert "Entered twice" in page
    assert Intervention.objects.present().exists()


def test_each_withdraws_their_own_and_no_others(client_of, waiting):
    others = waiting()
    roles = ["rival_representative", "verona_staff", "researcher", "coordinator", "nobody"]
    assert {withdraw(client_of(role), others).status_code for role in roles} == {404}
    assert withdraw(client_of("partner_representative"), others).status_code == 302


def test_a_body_that_no_longer_implements_withdraws_nothing(client_of, waiting):
    found = waiting()
    implementer("parma", "cooperativa").delete()
    assert withdraw(client_of("partner_member"), found).status_code == 403


@pytest.mark.parametrize("page", ["withdraw", "return"])
def test_in_a_closed_month_the_page_says_who_closed_it_instead_of_asking(
    page, client_of, cast, project, waiting
):
    found = waiting()
    months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_lead)
    url = reverse(f"log:{page}", args=[found.public_id])
    text = client_of("parma_staff").get(url, headers=ENGLISH).text
    assert "March 2026 was closed by" in text
    assert 'name="version"' not in text


def test_a_month_that_closes_under_the_form_refuses_it(client_of, cast, project, waiting):
    found = waiting()
    months.close_month(city=project.city, month=date(2026, 3, 1), by=cast.parma_lead)
    assert "March 2026 was closed by" in withdraw(client_of("parma_staff"), found).text
    assert Intervention.objects.present().exists()


def test_home_tells_both_sides_what_waits_for_them(client_of, waiting):
    returned = waiting()
    waiting(day=DAY.replace(day=11))
    send_back(client_of("parma_staff"), returned)
    home = {
        role: client_of(role).get(reverse("accounts:home"), headers=ENGLISH).text
        for role in ["parma_staff", "partner_member", "partner_representative", "verona_staff"]
    }
    assert "1 entry of a partner to be confirmed" in home["parma_staff"]
    assert all("was returned" in home[role] for role in ["partner_member", "partner_representative"])
    assert "Nothing at the moment" in home["verona_staff"]
