import csv
import json

import pytest
from django.urls import reverse

from tests.cities.conftest import join

ENGLISH = {"accept-language": "en"}
HTMX = ENGLISH | {"HX-Request": "true"}
LIST = reverse("cities:list")


@pytest.fixture
def cities(make_city, make_region):
    make_city("Forlì", official_name="Forlì (FC)")
    make_city("Reggio Emilia", official_name="Reggio nell'Emilia", aliases=["Reggio nell Emilia", "R. E."])
    make_city("Bra", member=False)
    withdrawn = make_city("Padova", member=False, region=make_region("05", "Veneto"))
    join(withdrawn, left="2022-01-01", status="withdrawn", reason="It said so.")
    completed = make_city("Verona", member=False)
    join(completed, left="2024-11-28", status="completed", reason="The programme closed.")


def found(client, **query):
    return [row["name"] for row in client.get("/cities.json", query).json()["cities"]]


@pytest.mark.parametrize(
    "text", ["forli", "FORLÌ", "reggio nell'emilia", "Reggio nell Emilia", "nellemilia", "r.e."]
)
def test_a_city_is_found_by_any_of_its_names_whatever_accents_and_punctuation(client, cities, text):
    assert len(found(client, q=text)) == 1


def test_names_are_not_run_together_in_the_search(client, cities):
    assert found(client, q="emiliareggio") == []


@pytest.mark.parametrize("text", ["%", "_", "\\", "'; drop"])
def test_signs_that_mean_something_to_a_database_find_nothing_by_themselves(client, cities, text):
    assert client.get(LIST, {"q": f"parma{text}x"}).status_code == 200


def test_cities_are_filtered_by_region(client, cities):
    assert found(client, region="05") == ["Padova"]


@pytest.mark.parametrize(
    ("status", "names"),
    [
        ("active", ["Forlì", "Reggio Emilia"]),
        ("completed", ["Verona"]),
        ("withdrawn", ["Padova"]),
        ("never", ["Bra"]),
    ],
)
def test_cities_are_filtered_by_their_time_in_the_programme(client, cities, status, names):
    assert found(client, programme=status) == names


def test_filters_add_up(client, cities):
    assert found(client, q="o", programme="active") == ["Forlì", "Reggio Emilia"]


def test_only_regions_with_cities_are_offered(client, cities, make_region):
    make_region("19", "Sicilia")
    assert "Sicilia" not in client.get(LIST).text


def test_the_page_keeps_what_was_asked_for(client, cities):
    page = client.get(LIST, {"q": "forli", "region": "08"}).text
    assert 'value="forli"' in page
    assert '<option value="08" selected>' in page
    assert "/cities.csv?q=forli&amp;region=08" in page


def test_a_request_of_htmx_gets_the_rows_and_the_count_only(client, cities):
    response = client.get(LIST, {"q": "forli"}, headers=HTMX)
    assert "<html" not in response.text
    assert "1 city found" in response.text
    assert "HX-Request" in response["Vary"]


def test_going_back_htmx_gets_the_whole_page(client, cities):
    headers = HTMX | {"HX-History-Restore-Request": "true"}
    assert "<html" in client.get(LIST, headers=headers).text


def test_a_search_without_a_result_says_so_and_leads_back(client, cities):
    page = client.get(LIST, {"q": "Atlantide"}, headers=ENGLISH).text
    assert "No city matches what you are looking for." in page
    assert '<a href="/cities/">Show all cities</a>' in page


def test_a_filter_that_does_not_exist_is_explained(client, cities):
    page = client.get(LIST, {"region": "99"}, headers=ENGLISH)
    assert page.status_code == 200
    assert "Select a valid choice" in page.text


@pytest.mark.parametrize("path", ["/cities.csv", "/cities.json"])
def test_a_download_of_a_filter_that_does_not_exist_is_refused(client, cities, path):
    assert client.get(path, {"region": "99"}).status_code == 400


def test_csv_and_json_hold_the_same(client, cities):
    rows = list(csv.DictReader(client.get("/cities.csv").getvalue().decode().splitlines()))
    others = json.loads(client.get("/cities.json").text)
    assert others["count"] == len(rows) == 5
    assert [{key: str(value) for key, value in row.items()} for row in others["cities"]] == [
        row | {"area_km2": row["area_km2"].rstrip("0")} for row in rows
    ]


def test_codes_in_the_download_keep_their_zeros(client, make_city):
    make_city("Novara", istat_code="003106")
    assert ",003106," in client.get("/cities.csv").getvalue().decode()


def test_a_name_that_a_spreadsheet_would_run_is_quoted_in_the_download(client, make_city):
    make_city("=1+1")
    assert "'=1+1" in client.get("/cities.csv").getvalue().decode()
