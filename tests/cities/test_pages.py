import pytest
from django.urls import reverse

from tests.cities.conftest import square

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
@pytest.mark.parametrize(("name", "queries"), [("cities:home", 2), ("cities:list", 1)])
def test_pages_of_cities_ask_the_database_as_often_for_fifty_as_for_one(
    client, make_city, django_assert_num_queries, count, name, queries
):
    for number in range(count):
        make_city(f"City {number}")
    with django_assert_num_queries(queries):
        client.get(reverse(name))


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


def test_the_page_of_a_city_takes_one_query(client, make_city, django_assert_num_queries):
    city = make_city("Parma", boundary=square(10, 44))
    with django_assert_num_queries(1):
        client.get(city.get_absolute_url())


@pytest.mark.django_db
def test_a_city_that_does_not_exist_is_not_found(client):
    assert client.get("/cities/atlantide/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/cities/", "/cities/city-0/"])
def test_pages_of_cities_can_only_be_read(client, make_city, path):
    make_city("Parma")
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405
