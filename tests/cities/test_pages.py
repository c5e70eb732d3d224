import pytest
from django.urls import reverse

from cities.models import ProgrammeNote
from tests.cities.conftest import add_figures, join, square

ENGLISH = {"accept-language": "en"}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["cities:home", "cities:list"])
def test_before_any_city_is_entered_the_page_says_so(client, name):
    assert "No city has been entered yet." in client.get(reverse(name), headers=ENGLISH).text


def test_the_home_page_links_every_city_once_on_the_map_and_once_in_the_list(client, make_city):
    city = make_city("Parma")
    page = client.get("/").text
    assert page.count(f'href="{city.get_absolute_url()}"') == 2
    assert 'aria-label="Parma, Emilia-Romagna"' in page


def test_the_home_page_counts_the_cities_and_their_regions(client, make_city, make_region):
    make_city("Parma")
    make_city("Padova", region=make_region("05", "Veneto"))
    assert "2 cities in 2 regions" in client.get("/", headers=ENGLISH).text


def test_a_single_city_is_counted_in_the_singular(client, make_city):
    make_city("Parma")
    assert "1 city in 1 region<" in client.get("/", headers=ENGLISH).text


def test_only_regions_in_which_there_are_cities_are_drawn_and_listed(client, make_city, make_region):
    make_region("19", "Sicilia")
    make_city("Parma")
    page = client.get("/").text
    assert page.count('class="map-shape"') == 1
    assert "Sicilia" not in page


def test_numbers_in_the_drawing_keep_their_decimal_point_in_italian(client, make_city):
    make_city("Parma", lon=10.3, lat=44.8)
    page = client.get("/", headers={"accept-language": "it"}).text
    # The square of the region measures 3 degrees, 600 units high, at 45.5 degrees north.
    assert 'cx="182.2" cy="440.0"' in page


def test_each_name_stands_on_the_side_chosen_for_it(client, make_city):
    make_city("Parma", label_side="left")
    assert 'class="map-label map-label-left"' in client.get("/").text


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize(
    ("name", "queries"),
    [
        ("cities:home", 3),
        ("cities:list", 3),
        ("cities:list_csv", 2),
        ("cities:list_json", 2),
        ("cities:about", 2),
    ],
)
def test_pages_of_cities_ask_the_database_as_often_for_fifty_as_for_one(
    client, make_city, django_assert_num_queries, count, name, queries
):
    for number in range(count):
        make_city(f"City {number}")
    with django_assert_num_queries(queries):
        # What is streamed is asked for while it is read.
        assert client.get(reverse(name)).getvalue()


def test_the_list_writes_areas_as_italians_do(client, make_city):
    make_city("Roma", area_km2="1286.7563")
    assert "1.286,8" in client.get("/cities/", headers={"accept-language": "it"}).text


def test_the_page_of_a_city_shows_its_codes_as_text(client, make_city):
    city = make_city("Novara", istat_code="003106", cadastral_code="F952", nuts3="ITC15")
    page = client.get(city.get_absolute_url()).text
    assert all(code in page for code in ["003106", "F952", "ITC15"])


def test_the_page_of_a_city_shows_its_official_name_where_it_differs(client, make_city):
    city = make_city("Reggio Emilia", official_name="Reggio nell'Emilia", province="Reggio Emilia")
    assert "Reggio nell&#x27;Emilia" in client.get(city.get_absolute_url()).text


def test_the_page_of_a_city_draws_its_boundary(client, make_city):
    city = make_city("Parma", boundary=square(10, 44))
    assert client.get(city.get_absolute_url()).text.count('class="map-shape"') == 1


def test_a_city_without_a_boundary_has_a_page_without_a_drawing(client, make_city):
    response = client.get(make_city("Parma").get_absolute_url())
    assert response.status_code == 200
    assert "map-shape" not in response.text


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_of_a_city_asks_as_often_with_fifty_peers_as_with_one(
    client, make_city, make_series, django_assert_num_queries, count
):
    series = make_series()
    for number in range(count):
        add_figures(series, make_city(f"City {number}"), {2023: number, 2024: number})
    with django_assert_num_queries(9):
        client.get("/cities/city-0/")


def test_the_page_of_a_city_shows_its_figures_with_unit_province_and_source(client, make_city, make_series):
    city = make_city("Parma")
    add_figures(make_series(), city, {2023: "181.1", 2024: "1185.0"})
    page = client.get(city.get_absolute_url(), headers=ENGLISH).text
    for words in ["1,185.0", "per 100", "province of Parma", "+1,003.9 on 2023", "ISTAT", "CC BY 4.0"]:
        assert words in page


def test_a_chart_is_told_in_one_sentence_and_point_by_point(client, make_city, make_series):
    city = make_city("Parma")
    add_figures(make_series(), city, {2023: "181.1", 2024: "185.0"})
    page = client.get(city.get_absolute_url(), headers=ENGLISH).text
    assert (
        'aria-label="Ageing index, province of Parma: from 181.1 in 2023 to 185.0 in 2024 (per 100)"' in page
    )
    assert "<title>province of Parma, 2024: 185.0; median of the cities 185.0</title>" in page


def test_years_carry_no_thousands_separator(client, make_city, make_series):
    city = make_city("Parma")
    add_figures(make_series(), city, {2023: 1, 2024: 2})
    page = client.get(city.get_absolute_url(), headers={"accept-language": "it"}).text
    assert "2024" in page
    assert "2.024" not in page


def test_the_page_of_a_city_without_figures_shows_no_empty_section(client, make_city):
    assert 'id="context"' not in client.get(make_city("Parma").get_absolute_url()).text


def test_the_page_of_a_city_tells_its_time_in_the_programme_and_what_sources_say(client, make_city):
    city = make_city("Parma")
    ProgrammeNote.objects.create(text_it="Otto su dieci.", text_en="Eight of ten.", source="Final volume")
    page = client.get(city.get_absolute_url(), headers=ENGLISH).text
    for words in ["Since autumn 2019", "The founding text", "Eight of ten.", "Final volume"]:
        assert words in page


def test_a_city_that_left_shows_when_how_and_why(client, make_city):
    city = make_city("Parma", member=False)
    join(city, left="2024-11-01", left_precision="month", status="withdrawn", reason="Merged with others.")
    page = client.get(city.get_absolute_url(), headers=ENGLISH).text
    assert "From autumn 2019 to November 2024" in page
    assert "(withdrawn): Merged with others." in page


def test_the_map_shows_only_cities_in_the_programme(client, make_city):
    make_city("Novara", member=False)
    make_city("Parma")
    page = client.get("/", headers=ENGLISH).text
    assert "1 city in 1 region<" in page
    assert "Novara" not in page


def test_the_page_about_the_network_names_cities_dates_and_what_sources_say(client, make_city):
    make_city("Parma")
    ProgrammeNote.objects.create(text_it="Otto su dieci.", source="Final volume")
    page = client.get("/about/", headers=ENGLISH).text
    assert all(words in page for words in ["Parma", "since autumn 2019", "Otto su dieci.", "Final volume"])


def test_the_page_about_data_defines_every_series_with_its_source(
    client, make_city, make_series, django_assert_num_queries
):
    series = make_series()
    add_figures(series, make_city(), {2024: 1})
    with django_assert_num_queries(1):
        page = client.get("/data/", headers=ENGLISH).text
    assert all(
        words in page for words in ["Ageing index", "Older per 100 young residents.", "ISTAT (CC BY 4.0)"]
    )


@pytest.mark.parametrize("path", ["/about/", "/data/"])
def test_the_footer_leads_to_the_pages_on_the_network_and_its_data(client, make_city, path):
    make_city()
    assert f'href="{path}"' in client.get("/").text


@pytest.mark.django_db
def test_a_city_that_does_not_exist_is_not_found(client):
    assert client.get("/cities/atlantide/").status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/cities/", "/cities/city-0/", "/cities/compare/", "/about/", "/data/"]
)
def test_pages_of_cities_can_only_be_read(client, make_city, path):
    make_city("Parma")
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
