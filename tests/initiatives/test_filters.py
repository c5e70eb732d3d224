import csv

import pytest
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Partner
from tests.bodies import organisation
from tests.projects import initiative

ENGLISH = {"accept-language": "en"}
HTMX = ENGLISH | {"HX-Request": "true"}
LIST = reverse("initiatives:list")


@pytest.fixture
def projects(db, verona):
    now = timezone.now()
    mine = initiative(
        "parma",
        published_at=now,
        innovation_lever="SHARE",
        user_areas=["ELD", "DIS"],
        summary="Aiutare gli anziani soli del quartiere.",
    )
    mine.partner_cities.add(verona)
    initiative("verona", published_at=now, stage="adopted", user_areas=["FAM"])
    Partner.objects.create(initiative=mine, organisation=organisation("cooperativa"), role="funder")


def found(client, **query):
    return [row["code"] for row in client.get("/initiatives.json", query).json()["initiatives"]]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["PR-2026-01", "VR-2026-01"]),
        ({"q": "anziani"}, ["PR-2026-01", "VR-2026-01"]),
        ({"q": "aiuto sole"}, ["PR-2026-01"]),
        ({"q": '"'}, []),
        ({"city": "parma"}, ["PR-2026-01"]),
        ({"city": "verona"}, ["PR-2026-01", "VR-2026-01"]),
        ({"area": "ANZ"}, ["VR-2026-01"]),
        ({"lever": "SHARE"}, ["PR-2026-01"]),
        ({"users": "DIS"}, ["PR-2026-01"]),
        ({"stage": "adopted"}, ["VR-2026-01"]),
        ({"city": "verona", "stage": "experiment"}, ["PR-2026-01"]),
    ],
    ids=str,
)
def test_initiatives_are_filtered(client, projects, query, codes):
    assert found(client, **query) == codes


def test_initiatives_are_filtered_by_partner(client, projects):
    assert found(client, partner=organisation("cooperativa").public_id) == ["PR-2026-01"]


def test_only_what_leads_to_something_is_offered(client, projects):
    organisation("associazione")
    page = client.get(LIST).text
    assert organisation("cooperativa").name in page
    assert organisation("associazione").name not in page


def test_what_is_not_published_is_offered_by_no_filter(client, db):
    project = initiative("verona")
    Partner.objects.create(initiative=project, organisation=organisation("cooperativa"), role="funder")
    page = client.get(LIST).text
    assert "Verona" not in page
    assert organisation("cooperativa").name not in page
    assert found(client, q="anziani") == []


@pytest.mark.parametrize(
    "query", [{"city": "atlantide"}, {"stage": "x"}, {"partner": "x"}, {"q": "\0"}], ids=str
)
@pytest.mark.parametrize("path", ["/initiatives.csv", "/initiatives.json", "/initiatives.xlsx"])
def test_a_download_of_a_filter_that_does_not_exist_is_refused(client, projects, path, query):
    assert client.get(path, query).status_code == 400
    assert client.get(LIST, query).status_code == 200


def test_csv_and_json_hold_the_same(client, projects):
    rows = list(csv.DictReader(client.get("/initiatives.csv").getvalue().decode().splitlines()))
    others = client.get("/initiatives.json").json()["initiatives"]
    assert [
        {key: str(value if value is not None else "") for key, value in row.items()} for row in others
    ] == rows
    assert rows[0]["partner_cities"] == "L781"


def test_the_csv_for_excel_has_a_heading_for_each_column(client, projects):
    file = client.get("/initiatives.csv", {"format": "excel"}, headers=ENGLISH)
    headings, first, *_others = csv.reader(file.getvalue().decode("utf-8-sig").splitlines(), delimiter=";")
    assert headings[:4] == ["Code", "Title", "Cadastral code", "City"]
    assert len(headings) == len(first)


def test_a_request_of_htmx_gets_the_rows_and_the_count_only(client, projects):
    response = client.get(LIST, {"stage": "adopted"}, headers=HTMX)
    assert "<html" not in response.text
    assert "1 initiative found" in response.text


def test_a_search_without_a_result_says_so_and_leads_back(client, projects):
    page = client.get(LIST, {"q": "Atlantide"}, headers=ENGLISH).text
    assert '<a href="/initiatives/">Show all initiatives</a>' in page


def test_own_drafts_are_in_the_list(client_of, db):
    initiative("parma")
    assert found(client_of("parma_staff")) == ["PR-2026-01"]
    assert found(client_of("verona_staff")) == []
