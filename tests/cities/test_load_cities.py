import json
import shutil

import pytest
from django.core.management import CommandError, call_command

from cities.management.commands import load_cities
from cities.models import City, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def reference(tmp_path, monkeypatch):
    """A copy of the reference data that a test may spoil."""
    folder = shutil.copytree(load_cities.REFERENCE, tmp_path / "reference")
    monkeypatch.setattr(load_cities, "REFERENCE", folder)
    return folder


@pytest.fixture
def revise(reference):
    """`revise("parma", area_km2="261")` changes the row of the city in the reference data."""

    def change(slug, **values):
        path = reference / "cities.json"
        content = json.loads(path.read_text())
        row = next(row for row in content["rows"] if row["slug"] == slug)
        row.update(values)
        path.write_text(json.dumps(content))

    return change


@pytest.fixture
def load(capsys):
    def run():
        call_command("load_cities")
        return capsys.readouterr().out.splitlines()

    return run


def edit(slug, **values):
    City.objects.filter(slug=slug).update(**values)


def test_the_first_load_creates_all_regions_and_the_founding_cities(load):
    assert load() == [
        "regions: 20 created, 0 changed, 0 unchanged, 0 kept as edited",
        "cities: 10 created, 0 changed, 0 unchanged, 0 kept as edited",
    ]


def test_a_second_load_changes_nothing(load):
    load()
    before = list(City.objects.values())
    assert load() == [
        "regions: 0 created, 0 changed, 20 unchanged, 0 kept as edited",
        "cities: 0 created, 0 changed, 10 unchanged, 0 kept as edited",
    ]
    assert list(City.objects.values()) == before


def test_each_reference_file_names_its_source_licence_and_date():
    for path in load_cities.REFERENCE.glob("*.json"):
        assert {"source", "licence", "date"} <= json.loads(path.read_text()).keys()


def test_a_value_that_a_person_edited_is_kept_and_reported(load):
    load()
    edit("parma", name="Parma la bella")
    assert load()[1] == "cities: 0 created, 0 changed, 10 unchanged, 1 kept as edited (G337 name)"
    assert City.objects.get(slug="parma").name == "Parma la bella"


def test_a_new_value_reaches_a_field_that_nobody_touched(load, revise):
    load()
    revise("parma", area_km2="261.0000")
    assert load()[1] == "cities: 0 created, 1 changed, 9 unchanged, 0 kept as edited"
    assert City.objects.get(slug="parma").area_km2 == 261


def test_a_new_value_reaches_one_field_while_the_edited_one_beside_it_is_kept(load, revise):
    load()
    edit("parma", name="Parma la bella")
    revise("parma", name="Parma (PR)", area_km2="261.0000")
    assert load()[1] == "cities: 0 created, 1 changed, 9 unchanged, 1 kept as edited (G337 name)"
    parma = City.objects.get(slug="parma")
    assert (parma.name, parma.area_km2) == ("Parma la bella", 261)


def test_an_edited_value_stays_when_the_reference_changes_twice(load, revise):
    load()
    edit("parma", name="Parma la bella")
    revise("parma", name="Parma uno")
    load()
    revise("parma", name="Parma due")
    load()
    assert City.objects.get(slug="parma").name == "Parma la bella"


def test_a_value_that_a_person_put_back_follows_the_reference_again(load, revise):
    load()
    edit("parma", name="Parma la bella")
    load()
    edit("parma", name="Parma")
    revise("parma", name="Parma uno")
    load()
    assert City.objects.get(slug="parma").name == "Parma uno"


def test_an_edit_that_the_reference_takes_over_follows_it_from_then_on(load, revise):
    load()
    edit("parma", name="Parma uno")
    revise("parma", name="Parma uno")
    load()
    revise("parma", name="Parma due")
    load()
    assert City.objects.get(slug="parma").name == "Parma due"


def test_a_city_that_was_added_by_hand_before_keeps_its_values_and_gains_the_missing_ones(load, make_city):
    make_city("Parma", cadastral_code="G337", slug="parma", istat_code="034027", label_side="right")
    load()
    parma = City.objects.get(cadastral_code="G337")
    assert parma.lat == 44.8
    assert parma.boundary["type"] == "Polygon"


def test_a_deleted_city_comes_back(load):
    load()
    City.objects.filter(slug="parma").delete()
    assert load()[1] == "cities: 1 created, 0 changed, 9 unchanged, 0 kept as edited"


def test_a_city_that_is_not_in_the_reference_stays(load, make_city):
    make_city("Bra")
    load()
    assert City.objects.filter(name="Bra").exists()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"lat": 95.0}, "cities.json, row 6, field lat,"),
        ({"area_km2": "large"}, "cities.json, row 6, field area_km2,"),
        ({"cadastral_code": "337"}, "cities.json, row 6, field cadastral_code,"),
        ({"cadastral_code": "A794"}, "cities.json, row 6, field cadastral_code,"),
        ({"region": "99"}, "cities.json, row 6, field region,"),
        ({"boundary": {"type": "Point"}}, "cities.json, row 6, field boundary,"),
        ({"mayor": "somebody"}, "cities.json, row 6, field mayor,"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_bad_row_is_named_and_nothing_is_loaded(revise, values, message):
    revise("parma", **values)
    with pytest.raises(CommandError, match=message):
        call_command("load_cities")
    assert not Region.objects.exists()


def test_a_file_that_is_no_json_is_named(reference):
    (reference / "regions.json").write_text("<html>")
    with pytest.raises(CommandError, match=r"regions\.json is no JSON object with rows"):
        call_command("load_cities")
