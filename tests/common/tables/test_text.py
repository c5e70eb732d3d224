import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.common.tables.makers import HEADER, KNOWN, csv_file, text
from will_portal.common.tables.layout import Layout
from will_portal.common.tables.text import TextTable

ROW = ["01/02/2026", "Forlì", "12", "“però” – così"]
PLAIN_ROW = ["01/02/2026", "Forlì", "12", "però, così; e poi"]
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}


@pytest.mark.parametrize("delimiter", [";", ",", "\t"], ids=["semicolon", "comma", "tab"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_and_separator_is_found(opened, encoding, delimiter):
    found = opened(csv_file(ROW, encoding=encoding, delimiter=delimiter))
    assert found.rows == {2: ROW}
    assert found.understood["encoding"] == encoding
    assert found.understood["delimiter"] == delimiter


def test_utf_16_with_its_mark_in_the_other_order(opened):
    found = opened(b"\xfe\xff" + csv_file(ROW, encoding="utf-16-be"))
    assert found.rows == {2: ROW}


CELLS = st.text(
    st.characters(codec="cp1252", exclude_categories=["Cc"]) | st.sampled_from('"\n;,\t'), max_size=9
)


@given(
    rows=st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=5),
    delimiter=st.sampled_from(";,\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_program_writes_is_read_back(rows, delimiter, encoding):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    table = TextTable(file.getvalue().encode(encoding), KNOWN)
    assert (table.delimiter, table.encoding) == (delimiter, encoding)
    assert [row for _number, row in table.rows()] == [HEADER, *rows]


# Signs stand alone behind a letter, as in any text: two of them behind an accent might be a letter in UTF-8.
WORDS = st.from_regex(r"(?:[a-zàèéìòù]+[’”€°–]? ?){1,4}", fullmatch=True)


@given(words=st.lists(WORDS, min_size=1, max_size=5))
def test_italian_letters_in_windows_1252_are_read_back(words):
    rows = [HEADER, *([word, "x", "1", "y"] for word in words)]
    table = TextTable(text(rows).encode("cp1252"), KNOWN)
    assert [row for _number, row in table.rows()] == rows


def test_decimal_commas_do_not_compete_with_the_separator(opened):
    rows = [["01/02/2026", "Parma", f"{n},5", f"{n},25"] for n in range(9)]
    assert opened(csv_file(*rows)).understood["delimiter"] == ";"


def test_decimal_commas_do_not_compete_where_no_heading_is_known(opened):
    content = b"Voce;Valore\r\nA;1,5\r\nB;2,5\r\n"
    assert opened(content).rows == {2: ["A", "1,5"], 3: ["B", "2,5"]}


def test_a_file_of_one_column_is_not_divided_at_its_decimals(opened):
    assert opened(b"Utenti\r\n1,5\r\n2,5\r\n").rows == {2: ["1,5"], 3: ["2,5"]}


def test_a_quoted_cell_may_hold_lines_and_separators(opened):
    found = opened(csv_file(["01/02/2026", "Parma", "3", '"uno;due\r\ntre ""quattro"""'], ROW))
    assert found.rows == {2: ["01/02/2026", "Parma", "3", 'uno;due\r\ntre "quattro"'], 3: ROW}


@pytest.mark.parametrize("newline", ["\n", "\r"], ids=["unix", "old mac"])
def test_other_ends_of_lines(opened, newline):
    assert opened(text([HEADER, ROW], newline=newline).encode()).rows == {2: ROW}


def test_a_file_without_a_last_end_of_line(opened):
    assert opened(csv_file(ROW).rstrip()).rows == {2: ROW}


def test_the_hint_for_excel_names_the_separator(opened):
    found = opened(b"sep=|\r\n" + csv_file(PLAIN_ROW, delimiter="|"))
    assert found.rows == {3: PLAIN_ROW}


def test_control_characters_are_taken_out(opened):
    assert opened(csv_file(["a\x1fb", "\x1f12", "c\x7f", "d"])).rows == {2: ["ab", "12", "c", "d"]}


def test_zeros_in_front_are_kept(opened):
    assert opened(csv_file(["00123", "'0123", '="00123"', ""])).rows == {
        2: ["00123", "'0123", '="00123"', ""]
    }


def test_a_row_with_too_many_cells_is_kept_and_named(opened):
    found = opened(csv_file(ROW, [*ROW, "di troppo"], [*ROW, "", ""]))
    assert found.rows == {2: [*ROW, ""], 3: [*ROW, "di troppo"], 4: [*ROW, ""]}
    assert found.understood["overlong"] == [3]
    assert found.understood["columns"][4] == {"heading": "", "samples": ["di troppo"]}


def test_every_row_with_too_many_cells_is_named_however_many_there_are(opened):
    found = opened(csv_file(*[[*ROW, "di troppo"]] * 1500, *[ROW] * 1600))
    assert found.understood["overlong"] == list(range(2, 1502))


def test_every_row_of_repeated_headings_is_named_however_many_there_are(opened):
    found = opened(csv_file(*[HEADER, ROW] * 1500))
    assert found.understood["repeated"] == list(range(2, 3002, 2))


def test_every_row_of_totals_is_named_and_the_first_are_shown(opened):
    totals = opened(csv_file(ROW, *[["Totale", "", "24", ""]] * 1500)).understood["totals"]
    assert [total["row"] for total in totals] == list(range(3, 1503))
    assert [bool(total["cells"]) for total in totals] == [True] * 10 + [False] * 1490


def test_a_long_cell_of_a_row_of_totals_is_cut(opened):
    totals = opened(csv_file(ROW, ["Totale", "", "1" * 5000, ""])).understood["totals"]
    assert totals == [{"row": 3, "cells": ["Totale", "", "1" * 200, ""]}]


def test_short_rows_are_filled_up(opened):
    assert opened(csv_file(["01/02/2026", "Parma"])).rows == {2: ["01/02/2026", "Parma", "", ""]}


def test_rows_with_commas_in_unquoted_cells_are_refused(refusal):
    rows = [["01/02/2026", "Parma", "1,5", "nota"] for _ in range(5)]
    assert refusal(csv_file(*rows, delimiter=",")) == "commas"


@pytest.mark.parametrize(
    "content",
    [
        csv_file(ROW, ["01/02/2026", '"Casa', "3", ""], ROW),
        csv_file(ROW, ["01/02/2026", '"Casa', "3", ""], ROW, ["01/02/2026", '"Sole', "3", ""]),
    ],
    ids=["to the end", "to the next"],
)
def test_a_quotation_mark_that_swallows_rows_is_refused(refusal, content):
    assert refusal(content) == "quotation_mark"


@pytest.mark.parametrize(
    "content",
    [
        "Data;Comune;Utenti\r\n1;Forlì, città;3\r\n".encode("cp850"),
        "Data;Comune;Utenti\r\n1;Forlì, perché;3\r\n".encode("mac_roman"),
        "Data;Comune;Utenti\r\n1;città di Parma;3\r\n".encode("mac_roman"),
        "Data;Comune;Utenti\r\n1;città di Parma;3\r\n".encode("cp850"),
        "Data;Comune;Utenti\r\n1;Parma;3\r\n".encode("utf-32"),
        b"\xff\xfe" + "Data;Comune".encode("utf-16-le") + b"\x00\xd8a\x00",
    ],
    ids=["dos", "mac", "mac a", "dos a", "utf-32", "lone surrogate"],
)
def test_letters_in_another_encoding_are_refused_rather_than_mistaken(refusal, content):
    assert refusal(content) == "encoding"


def test_two_encodings_in_one_file_are_refused(refusal):
    assert refusal(csv_file(ROW) + "1;città;2;\r\n".encode("cp1252")) == "mixed_encodings"


def test_the_kinds_of_rows_of_a_table_are_found():
    rows = [["Elenco 2026"], [], HEADER, ROW, [], HEADER, ROW, ["Totale", "", "24", ""], []]
    layout = Layout(KNOWN)
    data = list(layout.data_of(enumerate(rows, 1)))
    assert [number for number, _row in data] == [4, 7, 8]
    facts = layout.facts()
    assert (facts["header_row"], facts["titles"]) == (3, [[1, "Elenco 2026"]])
    assert (facts["blank"], facts["repeated"], facts["rows"]) == (1, [6], 3)
    assert facts["totals"] == [{"row": 8, "cells": ["Totale", "", "24", ""]}]
