"""The log as lists: of a place, and of an initiative's page."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from initiatives.models import Partner
from initiatives.views.log import latest_entries
from tests.bodies import organisation
from tests.projects import DAY, entry, initiative, kind
from thirdsector.models import OrganisationMembership

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
OF_BODY = ["partner_representative", "partner_member"]
LIST = reverse("log:list")
SECOND = {"code": "PR-2026-02", "public_id": uuid4(), "title": "Seconda"}


@pytest.fixture
def rows(client_of):
    """`rows("parma_staff", kind="A4")`: the entries on the page."""

    def read(role="parma_staff", **query):
        return client_of(role).get(LIST, query, headers=ENGLISH).context["page"].rows

    return read


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


def test_a_period_that_ends_before_it_begins_is_told_so(four, client_of):
    query = {"first": "2026-04-01", "last": "2026-03-01"}
    page = client_of("parma_staff").get(LIST, query, headers=ENGLISH)
    assert "To the day: This day lies before the first one." in page.text


def test_a_body_chooses_among_the_initiatives_that_it_sees_or_has_delivered_to(project, cast, client_of):
    def offered(role):
        page = client_of(role).get(LIST, headers=ENGLISH)
        return [found.code for found in page.context["form"].fields["initiative"].queryset]

    entry(project, cast.parma_staff, delivered_by=organisation("cooperativa"))
    assert [offered(role) for role in OF_BODY] == [[project.code]] * 2
    Partner.objects.update(until=DAY)
    assert [offered(role) for role in OF_BODY] == [[project.code], []]


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
    with django_assert_num_queries(16):
        assert len(client.get(LIST).context["page"].rows) == number


@pytest.mark.parametrize("number", [1, 12])
@pytest.mark.parametrize(("role", "queries"), [("parma_staff", 16), ("partner_member", 18)])
def test_the_number_of_queries_does_not_grow_with_the_initiatives(
    number, role, queries, project, cast, client_of, django_assert_num_queries
):
    body = organisation("cooperativa")
    projects = [initiative("parma", code=f"PR-2026-{n}", public_id=uuid4()) for n in range(11, 10 + number)]
    for each in projects:
        Partner.objects.create(initiative=each, organisation=body, role="implementer")
    entry(project, cast.partner_member, delivered_by=body)
    client = client_of(role)
    client.get("/privacy/")
    with django_assert_num_queries(queries):
        page = client.get(LIST)
    assert len(page.context["form"].fields["initiative"].queryset) == number


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
