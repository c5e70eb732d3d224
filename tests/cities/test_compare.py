import csv

import pytest
from django.urls import reverse

from tests.cities.conftest import add_figures

ENGLISH = {"accept-language": "en"}
COMPARE = reverse("cities:compare")


@pytest.fixture
def figures(make_city, make_series):
    series = make_series()
    for number, name in enumerate(["Alba", "Bra", "Cuneo"]):
        add_figures(series, make_city(name), {2022: number, 2023: number + 1, 2024: number + 2})
    return series


def test_before_any_figure_is_entered_the_page_says_so(client, db):
    assert "There are no figures" in client.get(COMPARE, headers=ENGLISH).text


def test_without_a_choice_the_first_series_with_years_enough_is_shown(client, figures, make_series):
    census = make_series("census", name_en="Census", position=0)
    add_figures(census, make_one_city_of(figures), {2011: 1, 2021: 2})
    figures.position = 5
    figures.save()
    assert "<h2>Ageing index, 2022–2024</h2>" in client.get(COMPARE, headers=ENGLISH).text


def make_one_city_of(series):
    return series.figures.first().city


def test_each_city_has_a_panel_and_the_chosen_one_is_in_colour(client, figures):
    page = client.get(COMPARE, {"city": "city-1"}).text
    assert page.count('class="chart') - page.count('class="chart-') == 3
    assert page.count("chart-grey") == 2
    assert page.count("panel-chosen") == 1


def test_all_panels_have_one_scale(client, figures):
    page = client.get(COMPARE, headers=ENGLISH).text
    assert page.count('<text class="chart-number" x="38" y="14">4.0</text>') == 3


def test_the_table_tells_first_last_difference_and_place(client, figures):
    page = client.get(COMPARE, headers=ENGLISH).text
    row = page[page.index('<a href="/cities/city-2/">Cuneo</a></th>') :].partition("</tr>")[0]
    assert all(words in row for words in ["2.0", "4.0", "+2.0", "1 of 3"])


def test_coverage_is_stated(client, figures, make_city):
    make_city("Dronero")
    assert "Figures for 3 of 4 cities in the programme." in client.get(COMPARE, headers=ENGLISH).text


def test_the_page_marks_figures_of_provinces(client, figures):
    assert "describe the provinces" in client.get(COMPARE, headers=ENGLISH).text
    figures.level = "municipal"
    figures.save()
    assert "describe the provinces" not in client.get(COMPARE, headers=ENGLISH).text


def test_years_can_be_limited(client, figures):
    page = client.get(COMPARE, {"from_year": 2023, "to_year": 2024}, headers=ENGLISH).text
    assert "<h2>Ageing index, 2023–2024</h2>" in page


def test_a_single_year_is_a_table_without_charts(client, figures):
    page = client.get(COMPARE, {"from_year": 2024}, headers=ENGLISH).text
    assert "<h2>Ageing index, 2024</h2>" in page
    assert "chart-line" not in page


@pytest.mark.parametrize(
    "query",
    [{"series": "unknown"}, {"city": "atlantide"}, {"from_year": 20}, {"from_year": 2024, "to_year": 2023}],
)
def test_a_choice_that_makes_no_sense_is_explained_and_refused_as_a_download(client, figures, query):
    page = client.get(COMPARE, query, headers=ENGLISH)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert client.get("/cities/compare.csv", query).status_code == 400


def test_a_city_outside_the_programme_is_compared_when_asked_for(client, figures, make_city):
    outside = make_city("Zola", member=False)
    add_figures(figures, outside, {2024: 1})
    assert "Zola</a>" not in client.get(COMPARE).text
    assert "Zola</a>" in client.get(COMPARE, {"city": outside.slug}).text


def test_a_request_of_htmx_gets_the_comparison_only(client, figures):
    response = client.get(COMPARE, headers={"HX-Request": "true"})
    assert "<html" not in response.text
    assert "HX-Request" in response["Vary"]


def test_the_download_holds_every_figure_with_its_source(client, figures):
    answer = client.get("/cities/compare.csv", {"from_year": 2024}, headers=ENGLISH)
    rows = list(csv.DictReader(answer.getvalue().decode().splitlines()))
    assert [(row["city"], row["year"], row["value"]) for row in rows] == [
        ("G000", "2024", "2.0"),
        ("G001", "2024", "3.0"),
        ("G002", "2024", "4.0"),
    ]
    assert {row["source"] for row in rows} == {"ISTAT"}


def test_json_holds_the_same_figures(client, figures):
    answer = client.get("/cities/compare.json", {"from_year": 2024}).json()
    assert [row["value"] for row in answer["figures"]] == [2.0, 3.0, 4.0]


@pytest.mark.parametrize("count", [1, 50])
def test_the_comparison_asks_as_often_for_fifty_cities_as_for_one(
    client, make_city, make_series, django_assert_num_queries, count
):
    series = make_series()
    for number in range(count):
        add_figures(series, make_city(f"City {number}"), {2022: 1, 2023: 2, 2024: number})
    with django_assert_num_queries(9):
        client.get(COMPARE, {"city": "city-0", "series": "ageing-index"})
