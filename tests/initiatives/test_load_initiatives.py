import json
import shutil
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from cities.management.commands.load_cities import REFERENCE as PLACES
from cities.merging import load as load_places
from cities.models import City, Region
from initiatives.codes import Basis
from initiatives.management.commands import load_initiatives
from initiatives.models import BudgetLine, FundingSource, Initiative, Intervention, InterventionKind
from thirdsector.codes import UserArea

pytestmark = pytest.mark.django_db
WHOLE = load_initiatives.REFERENCE


@pytest.fixture(autouse=True)
def cities():
    load_places(Region, "istat_code", PLACES / "regions.json")
    load_places(City, "cadastral_code", PLACES / "cities.json")


@pytest.fixture
def revise(tmp_path, monkeypatch):
    """`revise("PNRR-PR-02", title="...")` changes the project in a copy of the reference data."""
    folder = shutil.copytree(WHOLE, tmp_path / "reference")
    monkeypatch.setattr(load_initiatives, "REFERENCE", folder)

    def change(code, **values):
        path = folder / "pnrr_projects.json"
        content = json.loads(path.read_text())
        next(row for row in content["rows"] if row["code"] == code).update(values)
        path.write_text(json.dumps(content))

    return change


@pytest.fixture
def load(capsys):
    def run():
        call_command("load_initiatives")
        return capsys.readouterr().out.splitlines()

    return run


def project(code="PNRR-PR-02"):
    return Initiative.objects.get(code=code)


def money(initiative):
    lines = initiative.budget_lines.values_list("basis", "funding_source", "amount")
    return {(basis, source): amount for basis, source, amount in lines}


def test_code_lists_and_projects_are_created_once_and_unchanged_from_then_on(load):
    counts = {"kinds of intervention": 29, "funding sources": 33, "projects of the register": 30}
    created = [f"{name}: {n} created, 0 changed, 0 unchanged, 0 kept as edited" for name, n in counts.items()]
    assert load() == created
    before = list(Initiative.objects.values()), list(BudgetLine.objects.order_by("pk").values())
    assert load() == [
        f"{name}: 0 created, 0 changed, {n} unchanged, 0 kept as edited" for name, n in counts.items()
    ]
    assert (list(Initiative.objects.values()), list(BudgetLine.objects.order_by("pk").values())) == before


def test_each_reference_file_names_its_source_licence_and_date():
    for path in WHOLE.glob("*.json"):
        assert {"source", "licence", "date"} <= json.loads(path.read_text()).keys()


def test_every_kind_leads_up_to_one_of_three_headings(load):
    load()
    assert set(InterventionKind.objects.filter(parent=None).values_list("code", flat=True)) == set("ABC")
    levels = InterventionKind.objects.with_level().values_list("code", "parent", "level")
    assert all(
        (level == 1) == (parent is None) and code.startswith(parent or "") for code, parent, level in levels
    )


def test_every_funding_source_but_the_heading_may_be_chosen(load):
    load()
    assert set(FundingSource.objects.values_list("code", flat=True)) - set(
        FundingSource.objects.usable().values_list("code", flat=True)
    ) == {"FS"}


def test_projects_are_published_by_nobody_and_have_no_stage_and_no_log(load):
    load()
    facts = Initiative.objects.values_list("origin", "stage", "published_by", "source").distinct()
    assert {(origin, stage, by) for origin, stage, by, source in facts} == {("register", "", None)}
    assert all("31 marzo 2025" in source and "CC BY 4.0" in source for *_, source in facts)
    assert Initiative.objects.published().count() == 30
    assert not Initiative.objects.loggable().exists()
    assert not Intervention.objects.exists()


def test_the_budget_holds_what_the_register_attributes_to_a_source(load):
    load()
    sums = dict(BudgetLine.objects.values_list("basis").annotate(Sum("amount")).order_by())
    assert sums == {Basis.BUDGETED: Decimal("12110554.55"), Basis.PAID: Decimal("2437103.25")}
    assert money(project()) == {
        ("budgeted", "PUB-PNRR-M5C2"): Decimal("715000.00"),
        ("paid", "PUB-PNRR-M5C2"): Decimal("71448.00"),
    }
    assert "6.141,44 euro non sono attribuiti ad alcuna fonte" in project().summary


def test_a_project_without_payments_in_the_data_has_no_money_rather_than_zero(load):
    load()
    assert not money(project("PNRR-PR-01"))
    assert "non sono noti" in project("PNRR-PR-01").summary


def test_a_project_in_several_places_says_in_how_many(load):
    load()
    assert project().localised_in == 4
    assert "È localizzato in 4 luoghi" in project().summary
    assert project("PNRR-BG-01").localised_in == 1


def test_the_files_hold_no_cup_twice_and_only_known_areas():
    rows = json.loads((WHOLE / "pnrr_projects.json").read_text())["rows"]
    cups = [cup for row in rows for cup in row["cups"]]
    assert len(set(cups)) == len(rows) == 30
    assert {area for row in rows for area in row["user_areas"]} <= set(UserArea.values)


def test_what_a_city_edited_is_kept_and_the_rest_follows_the_file(load, revise):
    load()
    Initiative.objects.filter(code="PNRR-PR-02").update(title="Autonomia a Parma")
    revise("PNRR-PR-02", title="Another title", summary="Another summary", localised_in=5)
    assert load()[-1] == (
        "projects of the register: 0 created, 1 changed, 29 unchanged, 1 kept as edited (PNRR-PR-02 title)"
    )
    assert (project().title, project().summary) == ("Autonomia a Parma", "Another summary")
    assert project().localised_in == 5


def test_a_city_that_withdraws_a_project_from_the_public_is_not_overruled(load, revise):
    load()
    Initiative.objects.filter(code="PNRR-PR-02").update(published_at=None)
    revise("PNRR-PR-02", title="Another title")
    load()
    assert project().title == "Another title"
    assert project().published_at is None


def test_newer_money_replaces_that_of_an_older_file(load, revise):
    load()
    revise("PNRR-PR-02", budget=[["paid", "PUB-REG", "10.00"]])
    load()
    assert money(project()) == {("paid", "PUB-REG"): Decimal("10.00")}


@pytest.mark.parametrize(
    "edit",
    [
        lambda lines: lines.filter(basis="paid").update(amount=1),
        lambda lines: lines.filter(basis="paid").update(year=2024),
        lambda lines: lines.filter(basis="paid").delete(),
    ],
    ids=["amount", "year", "deleted"],
)
def test_a_budget_that_a_city_edited_is_kept_whole(load, revise, edit):
    load()
    edit(project().budget_lines)
    kept = money(project())
    revise("PNRR-PR-02", budget=[["paid", "PUB-REG", "10.00"]])
    assert load()[-1].endswith("1 kept as edited (PNRR-PR-02 budget)")
    assert money(project()) == kept


def test_a_code_that_a_city_uses_for_something_of_its_own_is_left_to_it(load):
    parma = City.objects.get(slug="parma")
    Initiative.objects.create(code="PNRR-PR-02", title="Nostro", city=parma, stage="idea")
    assert load()[-1].endswith("1 kept as edited (PNRR-PR-02 of a city)")
    assert project().title == "Nostro"
    assert not money(project())


def test_a_wrong_row_is_named_and_nothing_is_loaded(load, revise):
    revise("PNRR-BG-01", cups=["not a CUP"])
    with pytest.raises(CommandError, match="pnrr_projects.json, row 1, field cups, so nothing was loaded"):
        load()
    assert not InterventionKind.objects.exists()
