"""The month that is copied from the one before."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from initiatives.actions import log
from initiatives.forms.log_copy import key_of
from initiatives.models import Intervention
from tests.bodies import organisation
from tests.places import city
from tests.projects import entry, initiative

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
COPY = reverse("log:copy")


@pytest.fixture
def copy(project, client_of):
    """`copy("parma_staff", {...})`: the page of April's copy of March, opened or sent."""

    def open_or_send(role="parma_staff", data=None, month="2026-04"):
        address = f"{COPY}?initiative={project.public_id}&month={month}"
        client = client_of(role)
        if data is None:
            return client.get(address, headers=ENGLISH)
        return client.post(address, data, headers=ENGLISH)

    return open_or_send


def ticked(*sources, **values):
    data = {"source": [str(source.public_id) for source in sources]}
    for source in sources:
        fields = {
            "take": "on",
            "day": "2026-04-10",
            "number": "9",
            "new_people": "1",
        } | values
        data |= {f"{source.public_id}-{name}": value for name, value in fields.items()}
    return data


def test_last_months_confirmed_entries_are_proposed_with_their_day_and_number(four, copy):
    (row,) = copy().context["rows"]
    assert (row["day"].value(), row["number"].value()) == (date(2026, 4, 10), "12")
    assert row["new_people"].value() is None


def test_a_day_that_the_month_lacks_becomes_its_last(project, cast, copy):
    entry(project, cast.parma_staff, day=date(2026, 3, 31))
    assert copy().context["rows"][0]["day"].value() == date(2026, 4, 30)


def test_days_to_come_are_proposed_but_not_ticked(project, cast, copy):
    today = timezone.localdate()
    before = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    entry(project, cast.parma_staff, day=before)
    entry(project, cast.parma_staff, day=today.replace(day=1) - timedelta(days=1))
    with time_machine.travel(today.replace(day=1), tick=False):
        rows = copy(month=today.strftime("%Y-%m")).context["rows"]
    assert [row["take"].value() for row in rows] == [True, False]


def test_a_partner_is_proposed_what_they_may_read(project, cast, copy):
    entry(project, cast.parma_staff)
    own = entry(project, cast.parma_staff, delivered_by=organisation("cooperativa"))
    assert [row.source for row in copy("partner_representative").context["rows"]] == [own]


def test_what_is_ticked_is_saved(project, cast, copy):
    sources = [entry(project, cast.parma_staff, place="Via Bixio", note="Rainy", hours=3) for _ in range(3)]
    data = ticked(*sources)
    del data[f"{sources[0].public_id}-take"]
    copy(data=data)
    saved = Intervention.objects.filter(day=date(2026, 4, 10))
    assert [(new.people_served, new.new_people, new.place, new.note, new.hours) for new in saved] == [
        (9, 1, "Via Bixio", "", None)
    ] * 2


def test_nothing_is_saved_unless_all_is_right_and_each_row_says_what_is_wrong(project, cast, copy):
    sources = [entry(project, cast.parma_staff) for _ in range(2)]
    page = copy(data=ticked(*sources) | {f"{sources[0].public_id}-number": "dodici"})
    assert Intervention.objects.count() == 2
    assert 'value="dodici"' in page.text
    assert [bool(row.errors) for row in page.context["rows"]] == [True, False]


def test_what_the_database_refuses_is_told_beside_its_row_and_takes_the_others_back(project, cast, copy):
    sources = [entry(project, cast.parma_staff) for _ in range(2)]
    taken = entry(initiative("verona"), cast.verona_staff)
    Intervention.objects.filter(pk=taken.pk).update(public_id=key_of(sources[1], date(2026, 4, 1)))
    page = copy(data=ticked(*sources))
    assert [bool(row.errors) for row in page.context["rows"]] == [False, True]
    assert Intervention.objects.count() == 3


def test_a_month_sent_twice_is_saved_once(project, cast, copy):
    data = ticked(entry(project, cast.parma_staff))
    assert copy(data=data)["Location"] == copy(data=data)["Location"]
    assert Intervention.objects.count() == 2


def test_what_was_copied_is_told_so_and_not_copied_again(project, cast, copy):
    source = entry(project, cast.parma_staff)
    copy(data=ticked(source, day="2026-04-12"))
    (row,) = copy().context["rows"]
    assert (row.logged.day, row["take"].value()) == (date(2026, 4, 12), False)
    page = copy(data=ticked(source, day="2026-04-13"))
    assert "saved already, with other figures" in page.context["rows"][0].said[0]
    log.withdraw(entry=row.logged, version=1, reason="Twice", by=cast.parma_staff)
    page = copy(data=ticked(source, day="2026-04-12"))
    assert "withdrawn since" in page.context["rows"][0].said[0]
    assert Intervention.objects.count() == 2


def test_what_the_month_has_already_is_told_so_and_not_ticked(project, cast, copy):
    for place in ["Piazza", "Parco"]:
        entry(project, cast.parma_staff, place=place)
    entry(project, cast.parma_staff, place="Piazza", day=date(2026, 4, 10))
    page = copy()
    assert {row.source.place: row["take"].value() for row in page.context["rows"]} == {
        "Piazza": False,
        "Parco": True,
    }
    assert page.text.count("Already logged on 10 April 2026") == 1


def test_a_row_says_how_many_there_were_and_when(project, cast, copy):
    entry(project, cast.parma_staff)
    entry(project, cast.parma_staff, day=date(2026, 3, 1), whole_month=True)
    assert [row.told_before for row in copy().context["rows"]] == [
        "in March: 12",
        "in March: 12, on day 10",
    ]


def test_staff_are_not_proposed_what_partners_copy_themselves(project, cast, copy):
    own = entry(project, cast.parma_staff)
    entry(project, cast.parma_staff, delivered_by=organisation("cooperativa"))
    assert [row.source for row in copy().context["rows"]] == [own]


def test_a_row_whose_source_was_withdrawn_meanwhile_is_not_lost(project, cast, copy):
    source = entry(project, cast.parma_staff)
    data = ticked(source)
    log.withdraw(entry=source, version=1, reason="Twice", by=cast.parma_staff)
    copy(data=data)
    assert Intervention.objects.present().get().day == date(2026, 4, 10)


def test_a_day_of_another_month_is_refused(project, cast, copy):
    page = copy(data=ticked(entry(project, cast.parma_staff), day="2026-05-01"))
    assert page.context["rows"][0].said == ["This day is not in the month that is filled in."]


def test_a_month_to_come_is_refused(project, copy):
    month = (timezone.localdate() + timedelta(days=40)).strftime("%Y-%m")
    assert "has not come yet" in copy(month=month).text


@pytest.mark.parametrize("month", ["0001-01", "1999-12"])
def test_a_month_of_no_log_is_refused(month, project, copy):
    assert "Check the year of this month." in copy(month=month).text


@pytest.mark.parametrize("number", [1, 20])
def test_the_number_of_queries_of_a_copy_does_not_grow(
    number, project, cast, client_of, django_assert_num_queries
):
    for _ in range(number):
        entry(project, cast.parma_staff)
        entry(project, cast.parma_staff, day=date(2026, 4, 10))
    client = client_of("parma_staff")
    client.get("/privacy/")
    with django_assert_num_queries(14):
        page = client.get(f"{COPY}?initiative={project.public_id}&month=2026-04")
    assert len(page.context["rows"]) == number


def test_somebody_elses_initiative_cannot_be_copied(four, copy):
    assert copy("verona_staff").context["rows"] == []


def test_households_are_copied_as_households(project, cast, copy):
    source = entry(project, cast.parma_staff, people_served=None, new_people=None, households=8)
    copy(data=ticked(source))
    new = Intervention.objects.get(day=date(2026, 4, 10))
    assert (new.households, new.people_served, new.city) == (9, None, city("parma"))
