"""Months of a city's log: what is in them, who closes and reopens them, and what closing says."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from initiatives.actions.months import close_due_months, close_month, reopen_month
from initiatives.models import MonthClosing
from tests.bodies import organisation
from tests.projects import entry, initiative

ENGLISH = {"accept-language": "en"}
MONTHS = reverse("log:months")
MARCH = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(date(2026, 5, 4)):
        yield


def month_of(client, first_day=MARCH, **query):
    page = client.get(MONTHS, query)
    return next(month for month in page.context["months"] if month.first_day == first_day)


def close(client, month="2026-03", slug="parma"):
    return client.post(reverse("log:month_close", args=[slug, month]), headers=ENGLISH)


def reopen(client, month="2026-03", reason="A partner was late", slug="parma"):
    return client.post(reverse("log:month_reopen", args=[slug, month]), {"reason": reason}, headers=ENGLISH)


def test_the_last_two_years_are_listed_with_the_running_month(client_of):
    months = client_of("parma_staff").get(MONTHS).context["months"]
    assert [months[0].first_day, months[-1].first_day, len(months)] == [
        date(2026, 5, 1),
        date(2024, 6, 1),
        24,
    ]


def test_earlier_months_follow_on_a_page_of_their_own(client_of):
    client = client_of("parma_staff")
    page = client.get(MONTHS)
    earlier = client.get(MONTHS, {"until": f"{page.context['earlier']:%Y-%m}"})
    assert earlier.context["months"][0].first_day == date(2024, 5, 1)


@pytest.mark.parametrize("month", ["x", "2026", "2026-13", "2026-03-01", "0001-05", "9999-12"])
def test_a_month_that_cannot_be_read_or_meant_does_not_exist(month, client_of):
    assert client_of("parma_lead").get(MONTHS, {"until": month}).status_code == 404
    assert close(client_of("parma_lead"), month).status_code == 404


def test_each_month_tells_whether_it_has_entries_and_how_many_do_not_count(client_of, cast, project):
    body = organisation("cooperativa")
    entry(project, cast.parma_staff, day=date(2026, 3, 31))
    entry(project, cast.partner_member, confirmed=False, delivered_by=body)
    sent_back = {"returned_by": cast.parma_staff, "returned_at": "2026-04-01T10:00Z", "return_note": "Hours?"}
    entry(project, cast.partner_member, confirmed=False, delivered_by=body, **sent_back)
    gone = {"withdrawn_by": cast.parma_staff, "withdrawn_at": "2026-04-01T10:00Z", "withdraw_reason": "Twice"}
    entry(project, cast.parma_staff, **gone)
    entry(initiative("verona"), cast.verona_staff)
    march = month_of(client_of("parma_staff"))
    assert (march.has_entries, march.to_confirm, march.returned) == (True, 1, 1)


def test_a_month_without_entries_says_so(client_of, cast, project):
    entry(project, cast.parma_staff)
    assert client_of("parma_staff").get(MONTHS, headers=ENGLISH).text.count("no entry") == 23


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_the_database_as_often_for_fifty_as_for_one(
    count, client_of, cast, project, parma, django_assert_num_queries
):
    for number in range(count):
        entry(project, cast.parma_staff, day=date(2026, 4 - number % 12 % 4, 1))
        closing = close_month(city=parma, month=MARCH, by=cast.parma_lead)
        reopen_month(closing=closing, reason="Late", by=cast.parma_lead)
    client = client_of("parma_staff")
    with django_assert_num_queries(11):
        client.get(MONTHS)


def test_the_months_of_another_city_do_not_exist(client_of, verona):
    client = client_of("parma_lead")
    assert client.get(MONTHS, {"city": "verona"}).status_code == 404
    assert close(client, slug="verona").status_code == 404
    assert reopen(client, slug="verona").status_code == 404
    assert not MonthClosing.objects.exists()


def test_who_works_for_two_cities_chooses_between_them(client_of, cast, verona):
    verona.memberships.create(user=cast.parma_staff, role="staff")
    client = client_of("parma_staff")
    assert client.get(MONTHS).context["city"].slug == "parma"
    assert client.get(MONTHS, {"city": "verona"}).context["city"] == verona


def test_the_lead_closes_a_month_and_everybody_reads_who_and_when(client_of, cast, parma):
    assert close(client_of("parma_lead"))["Location"] == f"{MONTHS}?city=parma"
    page = client_of("parma_staff").get(MONTHS, headers=ENGLISH).text
    assert f"Closed by {cast.parma_lead} on 4 May 2026" in page
    assert month_of(client_of("parma_staff")).closing.closed_by == cast.parma_lead


def test_staff_see_the_months_and_do_not_close_or_reopen_them(client_of, cast, parma):
    client = client_of("parma_staff")
    assert close(client).status_code == 403
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    assert reopen(client).status_code == 403
    assert "/close/" not in client.get(MONTHS).text


def test_closing_shows_first_what_will_not_count(client_of, cast, project):
    waiting = entry(project, cast.partner_member, confirmed=False, delivered_by=organisation("cooperativa"))
    entry(project, cast.parma_staff, day=date(2026, 3, 31))
    entry(
        project,
        cast.partner_member,
        confirmed=False,
        delivered_by=organisation("cooperativa"),
        day=date(2026, 4, 1),
    )
    url = reverse("log:month_close", args=["parma", "2026-03"])
    page = client_of("parma_lead").get(url, headers=ENGLISH)
    assert list(page.context["undecided"]) == [waiting]
    assert "1 entry is not confirmed and will not count" in page.text
    assert not MonthClosing.objects.exists()


@pytest.mark.parametrize("month", ["2026-05", "2026-06"])
def test_a_month_that_has_not_ended_cannot_be_closed(month, client_of):
    assert "once it has ended" in close(client_of("parma_lead"), month).text
    assert not MonthClosing.objects.exists()


def test_a_second_closing_is_told_who_was_first(client_of, cast, parma):
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    assert "March 2026 was closed by" in close(client_of("parma_lead")).text
    assert MonthClosing.objects.count() == 1


def test_reopening_needs_a_reason_that_everybody_reads(client_of, cast, parma):
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    client = client_of("parma_lead")
    assert "This field is required" in reopen(client, reason="").text
    reopen(client)
    assert not MonthClosing.objects.in_force().exists()
    assert "A partner was late" in client_of("parma_staff").get(MONTHS, headers=ENGLISH).text


def test_reopening_what_is_open_changes_nothing(client_of, parma):
    assert reopen(client_of("parma_lead")).status_code == 302
    assert not MonthClosing.objects.exists()


def test_all_closings_of_a_month_stay_readable(client_of, cast, parma):
    for reason in ["First reason", "Second reason"]:
        closing = close_month(city=parma, month=MARCH, by=cast.parma_lead)
        reopen_month(closing=closing, reason=reason, by=cast.parma_lead)
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    page = client_of("parma_staff").get(MONTHS, headers=ENGLISH).text
    assert "First reason" in page
    assert "Second reason" in page


def test_rights_to_close_end_with_the_membership(client_of, cast, parma):
    client = client_of("parma_lead")
    assert client.get(MONTHS).status_code == 200
    cast.parma_lead.city_memberships.get().end(by=cast.parma_lead, reason="Elsewhere")
    assert client.get(MONTHS).status_code == 403
    assert close(client).status_code == 404
    assert not MonthClosing.objects.exists()


@pytest.fixture
def forgotten(cast, project):
    """An entry of a month that nobody closed in time."""
    return entry(project, cast.parma_staff)


def test_everybody_reads_that_a_month_closed_by_itself(client_of, forgotten):
    close_due_months()
    page = client_of("parma_staff").get(MONTHS, headers=ENGLISH).text
    assert "Closed by itself on 4 May 2026, 02:00, 33 days after its end." in page


def test_an_entry_says_that_its_month_closed_by_itself(client_of, forgotten):
    close_due_months()
    page = client_of("parma_staff").get(forgotten.get_absolute_url(), headers=ENGLISH).text
    assert "March 2026 closed by itself on 4 May 2026" in page


def test_the_lead_who_comes_too_late_is_told_so(client_of, forgotten):
    close_due_months()
    assert "March 2026 closed by itself on" in close(client_of("parma_lead")).text
    assert MonthClosing.objects.count() == 1


def test_only_the_lead_reopens_what_closed_by_itself(client_of, forgotten):
    close_due_months()
    assert reopen(client_of("parma_staff")).status_code == 403
    reopen(client_of("parma_lead"))
    assert not MonthClosing.objects.in_force().exists()


def test_an_open_month_says_on_which_day_it_closes_by_itself(client_of, cast, project):
    entry(project, cast.parma_staff, day=date(2026, 4, 30))
    assert "Closes by itself on 31 May 2026." in client_of("parma_lead").get(MONTHS, headers=ENGLISH).text


def test_a_reopened_month_says_the_day_anew(client_of, forgotten, cast, parma):
    closing = close_month(city=parma, month=MARCH, by=cast.parma_lead)
    reopen_month(closing=closing, reason="Late", by=cast.parma_lead)
    assert "Closes by itself on 4 June 2026." in client_of("parma_staff").get(MONTHS, headers=ENGLISH).text


def test_a_month_whose_day_has_passed_closes_next_night(client_of, forgotten):
    assert "Closes by itself next night." in client_of("parma_lead").get(MONTHS, headers=ENGLISH).text


def test_months_that_do_not_close_by_themselves_say_no_day(client_of, forgotten, cast, project, parma):
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    entry(project, cast.parma_staff, day=date(2026, 5, 1))
    assert "Closes by itself" not in client_of("parma_lead").get(MONTHS, headers=ENGLISH).text


def test_before_reopening_the_lead_reads_when_the_month_closes_again(client_of, cast, parma):
    close_month(city=parma, month=MARCH, by=cast.parma_lead)
    url = reverse("log:month_reopen", args=["parma", "2026-03"])
    page = client_of("parma_lead").get(url, headers=ENGLISH).text
    assert "it closes by itself again after 30 days" in page
