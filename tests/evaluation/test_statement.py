"""The yearly statement of a city: which figures it adds up, what it says of them, and who reads it."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.html import strip_tags
from openpyxl import load_workbook

from evaluation.statement import of_year, years_of
from evaluation.updating import roll_up
from initiatives.models import BudgetLine, FundingSource
from tests.places import key
from tests.projects import entry, initiative, kind

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
QUERIES = 19
MAY = date(2025, 5, 6)
READERS = ["anonymous", "parma_staff", "verona_lead", "coordinator"]


@pytest.fixture
def elders(parma):
    return initiative("parma", user_areas=["ELD", "FAM"])


@pytest.fixture
def families(parma):
    return initiative("parma", code="PR-2026-02", public_id=key("families"), user_areas=["FAM"])


@pytest.fixture
def logged(cast, elders, families):
    """Two initiatives, one of two user areas; of the second entry nobody knows who was new."""
    entry(elders, cast.parma_staff, day=MAY, people_served=10, new_people=4, cost=Decimal("12.50"))
    entry(families, cast.parma_staff, day=MAY, people_served=3, new_people=None, kind=kind("A5"))
    roll_up()


@pytest.fixture
def sources(db):
    FundingSource.objects.create(code="COM", label_it="Comune", label_en="City")
    for code in ["COM-BIL", "COM-STAFF"]:
        FundingSource.objects.create(code=code, parent_id="COM", label_it=code, label_en=code)


def line(project, amount, **fields):
    values = {"year": 2025, "funding_source_id": "COM-BIL", "basis": "budgeted"} | fields
    return BudgetLine.objects.create(initiative=project, amount=amount, **values)


def address(name="page", slug="parma", year=2025):
    return reverse(f"statement:{name}", args=[slug], query={"year": year})


def words(client, **options):
    return " ".join(strip_tags(client.get(address(**options), headers=ENGLISH).text).split())


def served(rows):
    return {row.code: (row.entries, row.figures[0].total) for row in rows}


def test_an_initiative_of_two_user_areas_counts_in_both_and_once_in_the_total(parma, logged):
    delivered = of_year(parma, 2025).delivered
    assert served(delivered.areas) == {"FAM": (2, 13), "ELD": (1, 10)}
    assert served([delivered.total]) == {"": (2, 13)}


def test_kinds_add_up_to_the_total(parma, logged):
    delivered = of_year(parma, 2025).delivered
    assert served(delivered.kinds) == {"A4": (1, 10), "A5": (1, 3)}


def test_an_initiative_without_user_area_has_a_row_of_its_own(cast, parma):
    entry(initiative("parma"), cast.parma_staff, day=MAY)
    roll_up()
    assert [(row.code, row.entries) for row in of_year(parma, 2025).delivered.areas] == [("", 1)]


def test_it_says_why_areas_come_to_more_than_the_total(client_of, logged):
    assert "An initiative of several user areas counts in each of them" in words(client_of("parma_lead"))


def test_it_says_how_many_deliveries_know_a_measure(client_of, logged):
    assert "4 known for 1 of 2" in words(client_of("parma_lead"))


def test_what_nobody_knows_is_no_zero(client_of, logged):
    assert "no data" in words(client_of("parma_lead"))


def test_unconfirmed_entries_are_counted_apart(client_of, cast, logged, elders):
    entry(elders, cast.parma_staff, day=MAY, confirmed=False)
    roll_up()
    page = words(client_of("parma_lead"))
    assert "1 entry that nobody has confirmed is in no table." in page


def test_months_of_other_years_are_left_out(cast, parma, logged, elders):
    entry(elders, cast.parma_staff, day=date(2026, 1, 1))
    roll_up()
    assert of_year(parma, 2025).delivered.total.entries == 2


def test_it_begins_with_the_last_year_that_is_over(cast, parma, logged, elders, sources):
    line(elders, 10, year=2027)
    assert years_of(parma) == ([2027, 2025], 2025)


def test_bases_stand_side_by_side(parma, elders, sources):
    line(elders, 100)
    line(elders, 60, basis="paid")
    line(elders, 7, funding_source_id="COM-STAFF")
    money = of_year(parma, 2025).money
    assert {code: row.amounts for code, row in money.sources} == {
        "COM-BIL": [100, None, 60],
        "COM-STAFF": [7, None, None],
    }
    assert money.total.amounts == [107, None, 60]


def test_money_that_no_year_is_known_of_stands_beside_the_total(parma, elders, sources):
    line(elders, 100)
    line(elders, 900, year=None)
    money = of_year(parma, 2025).money
    assert (money.total.amounts[0], money.undated.amounts[0]) == (100, 900)


def test_projects_in_several_places_are_left_out_and_said(client_of, elders, sources):
    line(elders, 100)
    shared = {"code": "PNRR-PR-01", "public_id": key("in places")}
    line(initiative("parma", origin="register", stage="", localised_in=3, **shared), 5_000)
    page = words(client_of("parma_lead"))
    assert "1 project in several places is left out" in page
    assert "5,000.00" not in page


def test_the_csv_has_a_row_for_each_figure(client_of, logged):
    response = client_of("parma_staff").get(address("csv"))
    rows = {
        (row["table"], row["code"], row["measure"]): row
        for row in csv.DictReader(response.getvalue().decode().splitlines())
    }
    assert rows["user_area", "ELD", "cost"]["value"] == "12.50"
    assert rows["user_area", "ELD", "volunteer_hours"]["state"] == "m"
    assert (
        rows["total", "", "new_people"] | {"value": "4", "known": "1", "entries": "2"}
        == (rows["total", "", "new_people"])
    )


def test_the_workbook_has_a_sheet_for_each_table(client_of, logged):
    response = client_of("parma_staff").get(address("xlsx"), headers=ENGLISH)
    book = load_workbook(BytesIO(response.getvalue()))
    assert book.sheetnames == ["By user area", "By kind of intervention", "By funding source", "Notes"]
    total = list(book["By user area"].values)[-1]
    assert total == (None, "Total", 2, 13, 4, None, None, 12.5)


def test_what_is_invented_is_said_on_the_page_and_in_the_files(client_of, logged, elders):
    client = client_of("parma_lead")
    assert "Invented for the demonstration." not in words(client)
    elders.origin = "invented"
    elders.save()
    assert "Invented for the demonstration." in words(client)
    rows = csv.DictReader(client.get(address("csv")).getvalue().decode().splitlines())
    assert {row["invented"] for row in rows} == {"True"}
    book = load_workbook(BytesIO(client.get(address("xlsx"), headers=ENGLISH).getvalue()))
    assert ("Invented for the demonstration.",) in book["Notes"].values


def test_the_workbook_marks_what_not_all_deliveries_know(client_of, logged):
    response = client_of("parma_staff").get(address("xlsx"), headers=ENGLISH)
    sheet = load_workbook(BytesIO(response.getvalue()))["By user area"]
    assert sheet.cell(sheet.max_row, 5).comment.text.endswith("Known for 1 of 2 deliveries.")


@pytest.mark.parametrize("role", ["verona_lead", "researcher", "coordinator", "administrator"])
def test_nobody_but_the_city_reads_what_is_held_back_elsewhere(client_of, logged, role):
    assert {client_of(role).get(address(name)).status_code for name in ["page", "csv", "xlsx"]} == {403}


def test_a_year_of_which_nothing_is_known_is_not_found(client_of, logged):
    assert client_of("parma_lead").get(address(year=1999)).status_code == 404


def test_a_city_that_has_nothing_yet_is_told_so(client_of, parma):
    response = client_of("parma_lead").get(reverse("statement:page", args=["parma"]), headers=ENGLISH)
    assert "There is nothing to state yet" in response.text


def test_its_own_people_find_it_on_the_page_of_the_city(client_of, parma):
    page = reverse("cities:detail", args=["parma"])
    shown = {role: address().split("?")[0] in client_of(role).get(page).text for role in READERS}
    assert shown == {"anonymous": False, "parma_staff": True, "verona_lead": False, "coordinator": False}


@pytest.mark.parametrize("more", [0, 20])
def test_it_costs_the_same_few_queries_however_much_there_is(
    client_of, cast, logged, sources, more, django_assert_num_queries
):
    for number in range(more):
        project = initiative("parma", code=f"PR-2025-{number:02}", public_id=key(f"more {number}"))
        entry(project, cast.parma_staff, day=MAY)
        line(project, 5)
    roll_up()
    client = client_of("parma_lead")
    with django_assert_num_queries(QUERIES):
        client.get(address())
