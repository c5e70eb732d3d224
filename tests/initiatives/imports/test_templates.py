"""Empty tables to fill in: what they offer, and that they import once filled in."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from initiatives.models import FundingSource
from tests.bodies import organisation
from tests.initiatives.imports.files import brought, outcomes, problems
from tests.projects import initiative, kind

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
TEMPLATE = reverse("imports:template")
# What somebody writes into a template, by heading; what has a list is chosen from it.
FILLED_IN = {
    "log": {"Day": date(2026, 3, 10), "People served": 12, "Of whom new to the initiative": 3},
    "organisations": {
        "Fiscal code": "00000049999",
        "Name": "Cooperativa nuova",
        "Municipality of the seat": "Parma",
        "Province of the seat": "PR",
    },
    "initiatives": {"Code": "PR-2026-07", "Title": "Nuova", "Start": date(2026, 1, 15)},
    "budget": {"Year": 2026, "Amount (EUR)": 1234.5},
}


@pytest.fixture(autouse=True)
def in_english(project):
    kind()
    heading = FundingSource.objects.create(code="F1", label_it="Fondi", label_en="Funds")
    FundingSource.objects.create(code="F11", parent=heading, label_it="Fondo", label_en="Fund")
    with translation.override("en"):
        yield


@pytest.fixture
def template(client_of):
    def fetch(role="parma_lead", **query):
        answer = client_of(role).get(TEMPLATE, query, headers=ENGLISH)
        return load_workbook(BytesIO(answer.content))

    return fetch


def choices(workbook):
    """Return {heading: what may be chosen in the column}."""
    rows, lists = workbook.worksheets[0], workbook["Lists"]
    found = {}
    for rule in rows.data_validations.dataValidation:
        if rule.type == "list":
            area = rule.formula1.partition("!")[2].replace("$", "")
            heading = rows.cell(1, next(iter(rule.sqref.ranges)).min_col).value
            found[heading] = [cell.value for (cell,) in lists[area]] if ":" in area else [lists[area].value]
    return found


def fill_in(workbook, values):
    sheet = workbook.worksheets[0]
    for cell in sheet[1]:
        if cell.value in values:
            target = sheet.cell(2, cell.column)
            target.value = values[cell.value]
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def test_the_template_of_the_log_offers_what_the_place_has(template, project):
    offered = choices(template(place="parma", subject="log"))
    assert offered == {
        "Initiative": [f"{project.title} ({project.code})"],
        "Kind": ["A4 Home care"],
        "Delivered by": [f"{organisation('cooperativa').name} (00000019992)"],
        "Whole month": ["yes", "no"],
    }


@pytest.mark.parametrize("subject", FILLED_IN)
def test_a_template_that_is_filled_in_imports(subject, template, cast):
    workbook = template(place="parma", subject=subject)
    offered = {heading: values[-1] for heading, values in choices(workbook).items()}
    run = brought(
        fill_in(workbook, offered | FILLED_IN[subject]), "x.xlsx", by=cast.parma_lead, subject=subject
    )
    assert problems(run) == []
    assert outcomes(run) == ["new"]
    assert run.understood["sheet"] == workbook.worksheets[0].title


def test_the_template_of_an_initiative_names_it(template, project):
    initiative("parma", code="PR-2026-02", public_id="00000000-0000-0000-0000-000000000001")
    workbook = template(initiative=str(project.public_id))
    sheet = workbook.worksheets[0]
    assert sheet["A2"].value == f"{project.title} ({project.code})"
    assert choices(workbook)["Initiative"] == [sheet["A2"].value]


def test_what_is_needed_is_said_at_its_heading(template):
    sheet = template(place="parma", subject="log").worksheets[0]
    said = {cell.value: cell.comment.text for cell in sheet[1]}
    assert said["Day"] == "Needed. A day, as in 31/12/2026."
    assert said["Note"].startswith("May be left empty. No names")
    assert sheet.freeze_panes == "A2"


def test_the_examples_are_said_to_be_invented_and_look_like_no_table(template):
    sheet = template(place="parma", subject="log")["How to fill in"]
    assert sheet["A1"].value == "The two examples are invented. This sheet is not imported."
    assert {len([cell for cell in row if cell.value in FILLED_IN["log"]]) for row in sheet} == {0, 1}


def test_a_title_that_a_spreadsheet_would_run_stays_text(template, project):
    project.title = "=1+1"
    project.save()
    sheet = template(place="parma", subject="log")["Lists"]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1 (PR-2026-01)", "s")


def test_an_implementing_body_gets_its_own(template):
    body = organisation("cooperativa")
    offered = choices(template("partner_member", place=str(body.public_id), subject="log"))
    assert offered["Delivered by"] == [f"{body.name} (00000019992)"]


@pytest.mark.parametrize(
    ("role", "query"),
    [
        ("parma_staff", {"place": "verona"}),
        ("parma_staff", {"place": "parma", "subject": "organisations"}),
        ("parma_staff", {"place": "parma", "subject": "money"}),
        ("parma_staff", {"initiative": "1"}),
        ("verona_staff", {"initiative": "own"}),
        ("partner_member", {"place": "own", "subject": "budget"}),
    ],
    ids=str,
)
def test_a_template_of_what_somebody_may_not_import_does_not_exist(role, query, client_of, project):
    own = {"initiative": str(project.public_id), "place": str(organisation("cooperativa").public_id)}
    query = {name: own[name] if value == "own" else value for name, value in query.items()}
    assert client_of(role).get(TEMPLATE, query).status_code == 404
