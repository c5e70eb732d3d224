"""The log as lists: of a place, of an initiative's page, and the month copied from the one before."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from initiatives.actions import log
from initiatives.models import Intervention
from initiatives.views.log import latest_entries
from tests.bodies import organisation
from tests.places import city
from tests.projects import DAY, entry, initiative, kind
from thirdsector.models import OrganisationMembership

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
LIST, COPY = reverse("log:list"), reverse("log:copy")
SECOND = {"code": "PR-2026-02", "public_id": uuid4(), "title": "Seconda"}


@pytest.fixture
def rows(client_of):
    """`rows("parma_staff", kind="A4")`: the entries on the page."""

    def read(role="parma_staff", **query):
        return client_of(role).get(LIST, query, headers=ENGLISH).context["page"].rows

    return read


@pytest.fixture
def four(project, cast):
    """An entry of each state, by who delivered it: the city counts, the rest is a partner's."""
    body = {"delivered_by": organisation("cooperativa"), "confirmed": False}
    entries = {
        "counts": entry(project, cast.parma_staff),
        "waiting": entry(project, cast.partner_member, **body),
        "returned": entry(project, cast.partner_representative, **body),
        "withdrawn": entry(project, cast.parma_staff),
    }
    log.send_back(entry=entries["returned"], version=1, note="Hours?", by=cast.parma_staff)
    log.withdraw(entry=entries["withdrawn"], version=1, reason="Twice", by=cast.parma_staff)
    return entries


@pytest.mark.parametrize("state", ["counts", "waiting", "returned", "withdrawn"])
def test_entries_are_filtered_by_their_state(state, four, rows):
    assert rows(state=state) == [four[state]]


def test_the_list_leaves_out_what_is_withdrawn_unless_asked(four, rows):
    assert set(rows()) == {four["counts"], four["waiting"], four["returned"]}


@pytest.mark.parametrize(
    ("role", "states"),
    [
        ("partner_member", {"waiting"}),
        ("partner_representative", {"waiting", "returned"}),
        ("verona_staff", set()),
        ("rival_representative", set()),
    ],
)
def test_everybody_reads_their_own_part_of_the_log(role, states, four, rows):
    assert set(rows(role)) == {four[state] for state in states}


def test_entries_are_filtered_by_initiative_kind_and_days(project, cast, rows):
    other = entry(initiative("parma", **SECOND), cast.parma_staff)
    benefit = entry(project, cast.parma_staff, kind=kind("B1"))
    early = entry(project, cast.parma_staff, day=DAY - timedelta(days=40))
    assert rows(initiative=str(SECOND["public_id"])) == [other]
    assert rows(kind="B1") == [benefit]
    assert rows(last=(DAY - timedelta(days=1)).isoformat()) == [early]
    assert rows(first=DAY.isoformat()) == [benefit, other]


def test_entries_are_filtered_by_who_delivered_them(four, rows):
    assert rows(body="city") == [four["counts"]]
    assert set(rows(body=str(organisation("cooperativa").public_id))) == {four["waiting"], four["returned"]}


def test_a_filter_that_makes_no_sense_is_explained_and_finds_nothing(four, client_of):
    page = client_of("parma_staff").get(LIST, {"first": "yesterday"}, headers=ENGLISH)
    assert page.context["page"].rows == []
    assert "From the day: Enter a valid date." in page.text


def test_who_has_two_places_chooses_between_them(four, cast, client_of):
    OrganisationMembership.objects.create(
        user=cast.verona_staff, organisation=organisation("cooperativa"), role="representative"
    )
    client = client_of("verona_staff")
    assert client.get(LIST, headers=ENGLISH).context["place"].name == "Verona"
    chosen = client.get(LIST, {"place": str(organisation("cooperativa").public_id)}, headers=ENGLISH)
    assert set(chosen.context["page"].rows) == {four["waiting"], four["returned"]}


def test_htmx_opens_the_whole_page_of_another_place_since_its_filters_differ(four, cast, client_of):
    body = organisation("cooperativa")
    OrganisationMembership.objects.create(user=cast.verona_staff, organisation=body, role="member")
    headers = ENGLISH | {"HX-Request": "true", "HX-Current-URL": "http://testserver/log/?place=verona"}
    response = client_of("verona_staff").get(LIST, {"place": str(body.public_id)}, headers=headers)
    assert response["HX-Redirect"] == f"{LIST}?place={body.public_id}"
    assert "HX-Redirect" not in client_of("verona_staff").get(LIST, {"place": "verona"}, headers=headers)


def test_a_place_of_others_in_the_address_is_as_good_as_none(four, client_of):
    page = client_of("verona_staff").get(LIST, {"place": "parma"}, headers=ENGLISH)
    assert (page.context["place"].name, page.context["page"].rows) == ("Verona", [])


def test_an_initiative_of_another_city_is_none_of_the_choices(four, client_of):
    query = {"initiative": str(initiative("parma").public_id)}
    page = client_of("verona_staff").get(LIST, query, headers=ENGLISH)
    assert page.context["form"].errors.keys() == {"initiative"}


def test_a_page_leads_to_the_older_ones_and_back_with_its_filters(project, cast, client_of):
    for number in range(51):
        entry(project, cast.parma_staff, day=DAY - timedelta(days=number))
    client = client_of("parma_staff")
    page = client.get(LIST, {"kind": "A4"}, headers=ENGLISH)
    older = re.search(r'href="([^"]*older=[^"]*)"', page.text)[1].replace("&amp;", "&")
    second = client.get(older, headers=ENGLISH)
    assert [row.day for row in second.context["page"].rows] == [DAY - timedelta(days=50)]
    newer = re.search(r'href="([^"]*newer=[^"]*)"', second.text)[1].replace("&amp;", "&")
    assert "kind=A4" in newer
    assert len(client.get(newer, headers=ENGLISH).context["page"].rows) == 50


@pytest.mark.parametrize("cursor", ["x", "MjAyNjAzMTA", "é", "0" * 200])
def test_a_bad_cursor_is_the_first_page(cursor, four, rows):
    assert len(rows(older=cursor)) == 3


def test_an_empty_log_offers_the_way_to_fill_it(project, client_of):
    page = client_of("parma_staff").get(LIST, headers=ENGLISH).text
    assert "Nothing has been logged for Parma yet" in page
    assert f'href="{reverse("log:add")}"' in page


def test_a_whole_month_is_named_as_such(project, cast, client_of):
    entry(project, cast.parma_staff, day=date(2026, 3, 1), whole_month=True)
    assert "March 2026, whole month" in client_of("parma_staff").get(LIST, headers=ENGLISH).text


def test_htmx_gets_the_rows_alone(four, client_of):
    text = client_of("parma_staff").get(LIST, headers=ENGLISH | {"HX-Request": "true"}).text
    assert "<html" not in text
    assert "Portierato di quartiere" in text


def test_the_log_is_offered_to_those_who_have_a_place(client_of):
    offered = {
        role: f'href="{LIST}"' in client_of(role).get("/privacy/").text
        for role in ["anonymous", "parma_staff", "partner_member", "researcher", "coordinator", "nobody"]
    }
    assert [role for role, is_offered in offered.items() if is_offered] == ["parma_staff", "partner_member"]


@pytest.mark.parametrize("number", [1, 50])
def test_the_number_of_queries_does_not_grow_with_the_log(
    number, project, cast, client_of, django_assert_num_queries
):
    body = organisation("cooperativa")
    for _ in range(number):
        entry(project, cast.parma_staff, delivered_by=body)
    client = client_of("parma_staff")
    client.get("/privacy/")
    with django_assert_num_queries(17):
        assert len(client.get(LIST).context["page"].rows) == number


@pytest.fixture
def panel(four, client_of):
    def read(role):
        request = client_of(role).get("/privacy/").wsgi_request
        return latest_entries(request, initiative("parma"))

    return read


@pytest.mark.parametrize("role", ["anonymous", "nobody", "researcher", "coordinator", "verona_staff"])
def test_the_page_of_an_initiative_shows_its_log_to_nobody_else(role, panel):
    assert panel(role) == ""


@pytest.mark.parametrize(("role", "number"), [("parma_staff", 3), ("partner_member", 1)])
def test_the_page_of_an_initiative_shows_the_latest_entries_and_the_way_to_the_next(role, number, panel):
    html = panel(role)
    assert html.count("log-state") == number
    assert f"{reverse('log:add')}?initiative={initiative('parma').public_id}" in html


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
            "key": uuid4(),
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
    page = copy(data=ticked(*sources) | {f"{sources[1].public_id}-key": taken.public_id})
    assert [bool(row.errors) for row in page.context["rows"]] == [False, True]
    assert Intervention.objects.count() == 3


def test_a_month_sent_twice_is_saved_once(project, cast, copy):
    data = ticked(entry(project, cast.parma_staff))
    assert copy(data=data)["Location"] == copy(data=data)["Location"]
    assert Intervention.objects.count() == 2


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


def test_somebody_elses_initiative_cannot_be_copied(four, copy):
    assert copy("verona_staff").context["rows"] == []


def test_households_are_copied_as_households(project, cast, copy):
    source = entry(project, cast.parma_staff, people_served=None, new_people=None, households=8)
    copy(data=ticked(source))
    new = Intervention.objects.get(day=date(2026, 4, 10))
    assert (new.households, new.people_served, new.city) == (9, None, city("parma"))
