"""The file that came, with what is wrong in it."""

from io import BytesIO

import pytest
from django.utils import translation
from openpyxl import Workbook
from openpyxl.comments import Comment

from initiatives.imports import marking, steps
from tests.common.tables.makers import archive, ods_sheet_parts, ods_texts
from tests.import_runs import reviewed_run
from tests.initiatives.imports.files import brought, marked, outcomes, sheet_of
from tests.projects import kind

pytestmark = pytest.mark.django_db
CSV = """Comune di Parma;;;;
Giorno;Iniziativa;Tipo;Persone servite;Nota
10/03/2026;PR-2026-01;A4;12;"due
righe"

31/02/2026;PR-2026-01;A4;dodici;
11/03/2026;PR-2026-01;Assistenza domiciliare;3;perché
"""
ROWS = [
    ["Comune di Parma"],
    ["Giorno", "Iniziativa", "Tipo", "Persone servite"],
    ["10/03/2026", "PR-2026-01", "A4", 12],
    ["31/02/2026", "PR-2026-01", "A4", "dodici"],
]
YELLOW = "FFFFEB3B"


@pytest.fixture(autouse=True)
def in_english(project):
    kind()
    with translation.override("en"):
        yield


@pytest.fixture
def bring(cast):
    return lambda content, name="registro.csv": brought(content, name, by=cast.parma_staff)


def workbook(rows=ROWS, prepare=lambda sheet: None):
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    prepare(book.active)
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_a_csv_comes_back_as_it_was_with_the_reasons_in_front(encoding, bring):
    name, content = marked(bring(CSV.encode(encoding)))
    lines = content.decode(encoding).split("\n")
    original = CSV.split("\n")
    assert name == "registro-to correct.csv"
    assert [line.partition(";")[2] if line else "" for line in lines[:3]] == original[:3]
    assert lines[1].startswith("Errors to correct;")
    assert lines[3:5] == original[3:5]
    reason, rest = lines[5].split(";31/02", 1)
    assert "Giorno: " in reason
    assert "Persone servite: " in reason
    assert f"31/02{rest}" == original[5]
    assert lines[6] == f";{original[6]}"


def test_the_reasons_of_an_earlier_round_are_replaced(bring):
    once = marked(bring(CSV.encode()))[1]
    assert marked(bring(once))[1] == once
    corrected = once.replace(b"31/02", b"31/03").replace(b"dodici", b"12")
    run = bring(corrected)
    assert outcomes(run) == ["new"] * 3
    assert b"Write" not in marked(run)[1]


def test_reasons_that_the_encoding_does_not_hold_make_it_utf_8(bring):
    run = bring(CSV.encode("cp1252"))
    run.problems.update(message="Ω")
    assert marked(run)[1].decode("utf-8-sig").startswith(";Comune")


def test_a_reason_that_a_spreadsheet_would_run_is_quoted(bring):
    run = bring(CSV.encode())
    run.problems.update(message="=1+1", column=None)
    assert b"\n'=1+1 =1+1;31/02" in marked(run)[1]


def test_the_wrong_cells_of_a_workbook_are_yellow_and_say_why(bring):
    name, content = marked(bring(workbook(), "registro.xlsx"))
    sheet = sheet_of(content)
    assert name == "registro-to correct.xlsx"
    assert [cell.coordinate for row in sheet for cell in row if cell.comment] == ["A4", "D4"]
    assert sheet["D4"].fill.fgColor.rgb == YELLOW
    assert sheet["D4"].comment.text.startswith("WILL: Write a whole number")
    assert [[cell.value for cell in row if cell.value] for row in sheet] == ROWS


def test_what_else_a_workbook_holds_stays(bring):
    def prepare(sheet):
        sheet["E4"] = "=SUM(D3:D3)"
        sheet["A3"].comment = Comment("Controllato", "Ufficio")
        sheet.parent.create_sheet("Legenda")["A1"] = "x"

    content = marked(bring(workbook(prepare=prepare), "registro.xlsx"))[1]
    assert sheet_of(content)["A3"].comment.text == "Controllato"
    assert sheet_of(content)["E4"].value == "=SUM(D3:D3)"
    assert sheet_of(content, "Legenda")["A1"].value == "x"


def test_a_workbook_loses_the_marks_of_what_was_corrected(bring):
    def correct(sheet):
        sheet["D4"] = 12

    once = sheet_of(marked(bring(workbook(), "registro.xlsx"))[1])
    correct(once)
    file = BytesIO()
    once.parent.save(file)
    again = sheet_of(marked(bring(file.getvalue(), "registro.xlsx"))[1])
    assert [cell.coordinate for row in again for cell in row if cell.comment] == ["A4"]
    assert again["D4"].fill.fill_type is None


@pytest.mark.parametrize("limit", ["LARGEST", "LARGEST_UNPACKED"])
def test_a_large_workbook_is_written_anew_row_by_row(limit, bring, monkeypatch):
    monkeypatch.setattr(marking.marker, limit, 10)
    sheet = sheet_of(marked(bring(workbook(), "registro.xlsx"))[1])
    assert [[cell.value for cell in row if cell.value] for row in sheet] == ROWS
    assert sheet["D4"].comment.text.startswith("WILL: Write a whole number")
    assert sheet["D4"].fill.fgColor.rgb == YELLOW


def ods(rows=ROWS, sheet="Registro"):
    return archive(ods_sheet_parts(sheet, *[ods_texts(*map(str, row)) for row in rows]))


def test_an_open_document_comes_back_as_a_workbook_with_its_rows_where_they_were(bring):
    name, content = marked(bring(ods(), "registro.ods"))
    sheet = sheet_of(content)
    assert (name, sheet.title) == ("registro-to correct.xlsx", "Registro")
    assert [[str(cell.value) for cell in row if cell.value] for row in sheet] == [
        [str(value) for value in row] for row in ROWS
    ]
    assert [cell.coordinate for row in sheet for cell in row if cell.comment] == ["A4", "D4"]
    assert sheet["D4"].comment.text.startswith("WILL: Write a whole number")


SHIFTED = [*ROWS[:3], ["31/02/2026", "PR-2026-01", "A4", 5, "di troppo"]]


@pytest.mark.parametrize("kind_of_file", ["xlsx", "ods"])
def test_what_is_wrong_with_the_row_and_with_its_first_cell_stands_in_one_comment(kind_of_file, bring):
    content = workbook(SHIFTED) if kind_of_file == "xlsx" else ods(SHIFTED)
    run = bring(content, f"registro.{kind_of_file}")
    said = list(run.problems.filter(number=4).order_by("column").values_list("column", "message"))
    assert [column for column, _message in said] == [0, None]
    comment = sheet_of(marked(run)[1])["A4"].comment.text
    assert comment == f"WILL: {said[1][1]} {said[0][1]}"


def test_what_is_wrong_with_merged_cells_stands_in_one_comment(bring):
    rows = [*ROWS[:3], ["31/02/2026", "", "A4", 12]]
    run = bring(workbook(rows, lambda sheet: sheet.merge_cells("A4:B4")), "registro.xlsx")
    said = list(run.problems.order_by("column").values_list("message", flat=True))
    assert len(said) == 2
    assert sheet_of(marked(run)[1])["A4"].comment.text == f"WILL: {' '.join(said)}"


@pytest.mark.parametrize(
    ("sheet", "title"),
    [
        ("Registro 2025/2026: [bozza]", "Registro 2025 2026 bozza"),
        ("'Registro'", "Registro"),
        ("R" * 40, "R" * 31),
        ("?", "Sheet"),
    ],
)
def test_a_sheet_name_that_excel_refuses_is_cleaned(sheet, title, bring):
    assert sheet_of(marked(bring(ods(sheet=sheet), "registro.ods"))[1]).title == title


def test_once_the_marked_file_is_given_up_the_page_says_so_and_asks_no_more(cast, client_of):
    run = reviewed_run(cast.parma_staff)
    run.attempts = steps.ATTEMPTS
    run.save()
    client = client_of("parma_staff", headers={"accept-language": "en"})
    page = client.get(run.get_absolute_url() + "?show=wrong").text
    asked = {"HX-Request": "true", "HX-Target": "import-marked"}
    fragment = client.get(run.get_absolute_url(), headers=asked).text
    for text in [page, fragment]:
        assert "could not be made" in text
        assert "hx-trigger" not in text
