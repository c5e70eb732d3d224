from decimal import Decimal

import pytest

from initiatives.forms.money import MOST_ROWS
from initiatives.imports.errors import Stale
from initiatives.models import BudgetLine, FundingSource
from tests.initiatives.imports.row_files import checked, load, outcomes, problems, undo
from tests.projects import initiative

KEY = ["initiative", "year", "cost_type", "funding_source", "basis", "recurring"]
LINE = [*KEY, "amount"]
ROW = ["PR-2026-01", "2026", "Personale", "COM-BIL", "Previsto", "no", "1.234,56"]


@pytest.fixture
def project(cast):
    top = FundingSource.objects.create(code="COM", label_it="Comune", label_en="City")
    names = {"label_it": "Bilancio comunale corrente", "label_en": "Municipal current budget"}
    FundingSource.objects.create(code="COM-BIL", parent=top, **names)
    return initiative("parma")


@pytest.fixture
def bring(cast, parma, project):
    """Check rows as somebody of Parma's staff."""

    def check(headings, *rows, **options):
        return checked("budget", headings, *rows, by=cast.parma_staff, city=parma, **options)

    return check


def test_a_line_is_new_and_read_by_names_and_codes(bring, project):
    load(bring(LINE, ROW))
    line = BudgetLine.objects.get()
    assert (line.initiative, line.city_id, line.year) == (project, project.city_id, 2026)
    assert (line.cost_type, line.funding_source_id, line.basis) == ("staff", "COM-BIL", "budgeted")
    assert (line.recurring, line.amount) == (False, Decimal("1234.56"))


def test_a_check_changes_nothing(bring):
    assert outcomes(bring(LINE, ROW)) == ["new"]
    assert not BudgetLine.objects.exists()


def test_a_line_that_is_there_changes_its_amount_only(bring):
    load(bring(LINE, ROW))
    run = load(bring(LINE, [*ROW[:-1], "2.000"]))
    assert outcomes(run) == ["changed"]
    assert BudgetLine.objects.get().amount == 2000


def test_the_same_line_is_unchanged(bring):
    load(bring(LINE, ROW))
    named = [
        "Portierato di quartiere",
        "\x1f2026",
        "staff",
        "Municipal current budget",
        "BUDGETED",
        "",
        "1234,56",
    ]
    assert outcomes(bring(LINE, named)) == ["unchanged"]


def test_the_initiative_of_all_rows_may_be_chosen(bring, project):
    load(bring(LINE[1:], ROW[1:], initiative=project.code))
    assert BudgetLine.objects.get().initiative == project


def test_without_an_initiative_no_line_is_new(bring):
    assert outcomes(bring(LINE[1:], ROW[1:])) == ["wrong"]


def test_an_initiative_of_another_city_is_unknown(bring):
    other = initiative("verona")
    assert set(problems(bring(LINE, [other.code, *ROW[1:]]))) == {(2, "initiative")}


def test_what_a_public_register_tells_has_no_lines_of_ours(bring, project):
    type(project).objects.update(origin="register", stage="")
    assert set(problems(bring(LINE, ROW))) == {(2, "")}


def test_two_rows_of_one_line_are_both_wrong(bring):
    assert outcomes(bring(LINE, ROW, [*ROW[:-1], "5"])) == ["wrong", "wrong"]


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("year", "26"),
        ("year", "1999"),
        ("funding_source", "COM"),
        ("amount", "-1"),
        ("amount", ""),
        ("basis", ""),
    ],
    ids=lambda value: value or "empty",
)
def test_a_wrong_cell_is_told(name, cell, bring):
    row = [cell if heading == name else value for heading, value in zip(LINE, ROW, strict=True)]
    assert set(problems(bring(LINE, row))) == {(2, name)}


def test_an_initiative_has_no_more_lines_than_its_page_takes(bring, project):
    rows = [["PR-2026-01", str(2000 + n), "", "COM-BIL", "Pagato", "", "1"] for n in range(MOST_ROWS + 1)]
    assert outcomes(bring(LINE, *rows)) == ["new"] * MOST_ROWS + ["wrong"]


def test_undoing_deletes_new_lines_and_brings_back_amounts(bring):
    load(bring(LINE, ROW))
    run = load(bring(LINE, [*ROW[:-1], "2.000"], ["PR-2026-01", "2027", *ROW[2:]]))
    assert undo(run) == []
    assert BudgetLine.objects.get().amount == Decimal("1234.56")


def test_undoing_keeps_lines_that_somebody_has_changed(bring):
    run = load(bring(LINE, ROW))
    BudgetLine.objects.update(amount=7)
    assert undo(run) == [2]
    assert BudgetLine.objects.get().amount == 7


def test_nothing_is_loaded_if_somebody_wrote_the_line_meanwhile(bring):
    run = bring(LINE, ROW)
    load(bring(LINE, [*ROW[:-1], "3"]))
    with pytest.raises(Stale):
        load(run)
    assert BudgetLine.objects.get().amount == 3
