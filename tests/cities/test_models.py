import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from cities.models import City
from tests.cities.conftest import square

BAD = {
    "cadastral_code": "g337",
    "istat_code": "34027",
    "province_abbr": "P",
    "nuts3": "FR101",
    "area_km2": 0,
    "lat": 10.3,
    "lon": 44.8,
    "label_side": "top",
    "boundary": {"type": "Point", "coordinates": [10, 44]},
}


@pytest.mark.parametrize(("field", "value"), BAD.items(), ids=BAD)
def test_the_database_refuses_a_value_that_cannot_be_true(make_city, field, value):
    city = make_city()
    with pytest.raises(IntegrityError):
        City.objects.filter(pk=city.pk).update(**{field: value})


@pytest.mark.parametrize(("field", "value"), BAD.items(), ids=BAD)
def test_a_form_refuses_the_same_values_with_a_sentence(make_city, field, value):
    city = make_city(boundary=square(10, 44))
    setattr(city, field, value)
    with pytest.raises(ValidationError):
        city.full_clean()


def test_cities_are_listed_by_name_whatever_their_accents_capitals_and_apostrophes(make_city):
    for name in ["Zola", "èze", "L'Aquila", "Forlì", "Eboli", "Lanciano"]:
        make_city(name)
    assert [city.name for city in City.objects.all()] == [
        "Eboli",
        "èze",
        "Forlì",
        "Lanciano",
        "L'Aquila",
        "Zola",
    ]


def test_a_city_renamed_behind_the_back_of_the_model_moves_in_the_list(make_city):
    make_city("Alba")
    make_city("Bra")
    City.objects.filter(name="Alba").update(name="Cuneo")
    assert [city.name for city in City.objects.all()] == ["Bra", "Cuneo"]
