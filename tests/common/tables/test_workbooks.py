from datetime import date, datetime, time

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.common.tables.makers import (
    HEADER,
    archive,
    ods,
    ods_cell,
    ods_texts,
    raw_parts,
    raw_row,
    raw_sheet,
    raw_workbook,
    workbook,
)
from will_portal.common.tables.cells import plain_text

MOMENT = datetime.fromisoformat("2026-03-01T10:00")
ROW = ["01/02/2026", "Forlì", "12", "nota"]


def test_typed_values_keep_their_kind(opened):
    found = opened(workbook([HEADER, [date(2026, 3, 1), "Parma", 12, True], [MOMENT, "", 1.5, ""]]))
    assert found.rows == {
        2: ["\x1f2026-03-01", "Parma", "\x1f12", "\x1fTRUE"],
        3: ["\x1f2026-03-01T10:00:00", "", "\x1f1.5", ""],
    }
    assert (found.understood["format"], found.understood["sheet"]) == ("xlsx", "Foglio1")


@pytest.mark.parametrize(("epoch", "day"), [(1900, "2023-03-15"), (1904, "2027-03-16")])
def test_days_count_from_the_year_that_the_workbook_says(opened, epoch, day):
    def change(book):
        book.active["A2"].number_format = "dd/mm/yyyy"
        if epoch == 1904:
            book.epoch = CALENDAR_MAC_1904

    assert opened(workbook([HEADER, [45000, "Parma", 1, ""]], change=change)).rows[2][0] == f"\x1f{day}"


def test_a_number_that_is_no_date_stays_a_number(opened):
    assert opened(workbook([HEADER, [45000, "Parma", 1, ""]])).rows[2][0] == "\x1f45000"


def test_a_time_of_day_is_text(opened):
    assert opened(workbook([HEADER, [time(9, 30), "Parma", 1, ""]])).rows[2][0] == "9:30"


def test_zeros_in_front_of_a_text_are_kept_and_those_of_a_number_are_gone(opened):
    assert opened(workbook([HEADER, ["00123", "Parma", 123, ""]])).rows[2] == [
        "00123",
        "Parma",
        "\x1f123",
        "",
    ]


def test_a_stored_value_of_a_formula_is_read(opened):
    formulas = ["<c><f>1+1</f><v>2</v></c>", '<c><f t="shared" si="0"/><v>3</v></c>']
    assert opened(raw_workbook(["a", "b", *formulas])).rows[2] == ["a", "b", "\x1f2", "\x1f3"]


@pytest.mark.parametrize(
    "formula",
    [
        "<c><f>1+1</f></c>",
        "<c><f>1+1</f><v></v></c>",
        "<c><f>1+1</f><v/></c>",
        '<c><f t="shared" si="0"/></c>',
        '<c t="str"><f>A1</f></c>',
    ],
)
def test_a_formula_without_a_stored_value_is_marked(opened, formula):
    assert opened(raw_workbook(["a", "b", formula, "c"])).rows[2] == ["a", "b", "\x1f=", "c"]


def test_a_formula_whose_value_is_the_empty_text_is_empty(opened):
    formula = '<c t="str"><f>IF(TRUE,"")</f><v></v></c>'
    assert opened(raw_workbook(["a", "b", formula, "c"])).rows[2] == ["a", "b", "", "c"]


def test_formulas_that_a_program_wrote_without_calculating(opened):
    assert opened(workbook([HEADER, ["a", "b", "=1+1", "=A2"]])).rows[2] == ["a", "b", "\x1f=", "\x1f="]


@pytest.mark.parametrize(
    "error", ['<c t="e"><v>#N/A</v></c>', '<c t="e"><f>A1</f><v>#N/A</v></c>'], ids=["value", "formula"]
)
def test_an_error_is_marked(opened, error):
    assert opened(raw_workbook(["a", "b", error, "c"])).rows[2] == ["a", "b", "\x1f#N/A", "c"]


def test_marks_are_put_where_they_belong_on_a_sheet_with_an_empty_margin(opened):
    heading = raw_row(3, "<c/>", *HEADER).replace('<c r="A3"/>', "")
    row = raw_row(5, "<c/>", "a", "b", "<c><f>1</f></c>", "c").replace('<c r="A5"/>', "")
    found = opened(archive(raw_parts(heading + row)))
    assert found.rows == {5: ["", "a", "b", "\x1f=", "c"]}


def test_a_text_with_an_apostrophe_in_front_is_not_taken_for_an_escaped_one(opened):
    texts = ["'=1", "=1", "'-", "-5"]
    found = opened(raw_workbook(texts))
    assert [plain_text(cell) for cell in found.rows[2]] == texts


def test_a_text_cannot_pass_for_a_typed_cell(opened):
    assert opened(raw_workbook(["_x001F_12", "b", "_x001F_=", "d"])).rows[2] == ["12", "b", "'=", "d"]


def test_the_sheet_that_knows_most_headings_is_read(opened):
    def change(book):
        sheet = book.create_sheet("Note", 0)
        sheet.append(["Istruzioni", "Data"])
        sheet.append(["leggere", "prima"])

    found = opened(workbook([HEADER, ROW], change=change))
    assert found.rows == {2: ROW}
    assert (found.understood["sheet"], found.understood["sheets"]) == ("Foglio1", ["Note", "Foglio1"])


def test_hidden_sheets_are_left_alone(opened):
    def change(book):
        sheet = book.create_sheet("Elenchi", 0)
        sheet.append(HEADER)
        sheet.append(["x"] * 4)
        sheet.sheet_state = "hidden"

    assert opened(workbook([["Voce", "Data", "Comune"], ["x", "y", "z"]], change=change)).rows == {
        2: ["x", "y", "z"]
    }


def test_merged_titles_above_the_header_are_titles(opened):
    def change(book):
        book.active.merge_cells("A1:D1")

    found = opened(workbook([["Comune di Parma – interventi 2026"], [], HEADER, ROW], change=change))
    assert found.rows == {4: ROW}
    assert found.understood["titles"] == [[1, "Comune di Parma – interventi 2026"]]


def test_macros_are_left_out(opened):
    parts = raw_parts(raw_sheet(ROW)) | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(100)}
    assert opened(archive(parts)).rows == {2: ROW}


def test_an_open_document_is_read(opened):
    row = ods_texts("Forlì") + "".join(
        [
            ods_cell("1/3/26", 'office:value-type="date" office:date-value="2026-03-01"'),
            ods_cell("12,5", 'office:value-type="float" office:value="12.5"'),
            ods_cell("VERO", 'office:value-type="boolean" office:boolean-value="true"'),
        ]
    )
    found = opened(ods(row))
    assert found.rows == {2: ["Forlì", "\x1f2026-03-01", "\x1f12.5", "\x1fTRUE"]}
    assert found.understood["format"] == "ods"


def test_formulas_of_an_open_document(opened):
    row = "".join(
        [
            '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>',
            '<table:table-cell table:formula="of:=1+1"/>',
            ods_cell("#N/D", 'table:formula="of:=A1" calcext:value-type="error" office:value-type="string"'),
            ods_cell("Err:502", 'table:formula="of:=A1" office:value-type="float" office:value="0"'),
        ]
    )
    assert opened(ods(row)).rows == {2: ["\x1f2", "\x1f=", "\x1f#N/D", "\x1f#VALUE!"]}


def test_repeated_rows_and_cells_of_an_open_document_are_counted(opened):
    after = "</table:table-row><table:table-row"
    row = (
        f'{ods_texts("a")}{after} table:number-rows-repeated="3"><table:table-cell/>'
        f'{after}><table:table-cell table:number-columns-repeated="2"/>'
        f'<table:table-cell table:formula="of:=1"/>{ods_texts("d")}'
    )
    assert opened(ods(row)).rows == {2: ["a", "", "", ""], 6: ["", "", "\x1f=", "d"]}


def test_a_row_longer_than_the_headings_is_kept(opened):
    found = opened(raw_workbook([*ROW, "di troppo"], ROW))
    assert found.rows == {2: [*ROW, "di troppo"], 3: [*ROW, ""]}
    assert found.understood["overlong"] == [2]
