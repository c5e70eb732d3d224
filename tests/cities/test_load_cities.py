import json
import shutil
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from cities.management.commands import load_cities
from cities.models import City, ContextFigure, ProgrammeMembership, Region
from tests.cities.conftest import join

pytestmark = pytest.mark.django_db
WHOLE = load_cities.REFERENCE


@pytest.fixture(autouse=True)
def reference(tmp_path, monkeypatch):
    """A copy of the reference data that a test may spoil, with few of the figures, so that it loads fast."""
    folder = shutil.copytree(WHOLE, tmp_path / "reference")
    demography = folder / "context_demography.csv"
    lines = demography.read_text().splitlines(keepends=True)
    demography.write_text(lines[0] + "".join(line for line in lines if line.startswith("ageing-index,G337")))
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


def test_what_comes_with_the_portal_is_created_once_and_unchanged_from_then_on(load, monkeypatch):
    monkeypatch.setattr(load_cities, "REFERENCE", WHOLE)
    counts = {
        "regions": 20,
        "cities": 10,
        "times in the programme": 10,
        "notes on the programme": 4,
        "context series": 21,
        "context_population.csv": 30,
        "context_demography.csv": 4440,
    }
    assert load() == [
        f"{name}: {count} created, 0 changed, 0 unchanged, 0 kept as edited" for name, count in counts.items()
    ]
    before = list(City.objects.values())
    assert load() == [
        f"{name}: 0 created, 0 changed, {count} unchanged, 0 kept as edited" for name, count in counts.items()
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


def test_every_founding_city_is_in_the_programme_since_a_season(load):
    load()
    times = (
        ProgrammeMembership.objects.values_list("joined", "joined_precision", "left").distinct().order_by()
    )
    assert times.get() == (date(2019, 9, 1), "season", None)


def test_an_exit_that_the_coordinator_dated_stays(load):
    load()
    exit = {"left": date(2024, 11, 28), "status": "completed", "reason": "Its council decided so."}
    ProgrammeMembership.objects.filter(city__slug="parma").update(**exit)
    assert "3 kept as edited (G337-2019 left, G337-2019 status, G337-2019 reason)" in load()[2]
    assert not City.objects.in_programme().filter(slug="parma").exists()


def test_a_figure_that_a_person_edited_is_kept(load):
    load()
    figures = ContextFigure.objects.filter(city__slug="parma", series__code="ageing-index", year=2024)
    figures.update(value=200)
    assert load()[6].endswith("1 kept as edited (G337 ageing-index 2024 value)")
    assert figures.get().value == 200


def test_a_time_that_a_person_entered_before_the_load_is_kept(load, make_city):
    parma = make_city("Parma", member=False, cadastral_code="G337", slug="parma", istat_code="034027")
    join(parma, joined="2019-10-15", joined_precision="day", source="The council's act")
    load()
    time = ProgrammeMembership.objects.get(city=parma)
    assert (time.joined, time.source) == (date(2019, 10, 15), "The council's act")
    assert load()[2].startswith("times in the programme: 0 created, 0 changed, 10 unchanged")


def test_a_bad_figure_is_named_and_nothing_is_loaded(reference):
    path = reference / "context_population.csv"
    path.write_text(path.read_text().replace("119476", "119.476,0"))
    with pytest.raises(CommandError, match=r"context_population\.csv, so nothing was loaded:\nrow 2"):
        call_command("load_cities")
    assert not Region.objects.exists()


def test_a_time_of_an_unknown_city_is_refused(reference):
    path = reference / "programme.json"
    path.write_text(path.read_text().replace('"city": "G337"', '"city": "Z999"'))
    with pytest.raises(CommandError, match=r"programme\.json, row 6, field city.*Z999"):
        call_command("load_cities")


def test_a_deleted_city_comes_back(load):
    load()
    ProgrammeMembership.objects.filter(city__slug="parma").delete()
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
