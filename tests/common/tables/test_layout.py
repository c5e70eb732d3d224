import pytest

from tests.common.tables.makers import HEADER, KNOWN, csv_file
from will_portal.common.tables.layout import find_header, heading_key, is_total

ROW = ["01/02/2026", "Parma", "12", "nota"]


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("Città", "citta"),
        ("  N.° UTENTI (totale) ", "n utenti totale"),
        ("codice_fiscale", "codice fiscale"),
        ("Perché\nno", "perche no"),
        ("x" * 200, "x" * 100),
        ("€", ""),
    ],
)
def test_the_key_of_a_heading(heading, key):
    assert heading_key(heading) == key


def test_the_row_that_knows_most_headings_is_the_header():
    rows = [(1, ["Comune", "di Parma", "", ""]), (2, ["", "Interventi", "", ""]), (5, HEADER), (6, ROW)]
    assert find_header(rows, KNOWN) == (5, HEADER)


def test_one_known_word_among_the_data_makes_no_header():
    rows = [(1, ["Voce", "Misura", "Valore"]), (2, ["Servizi", "utenti", "3"])]
    assert find_header(rows, KNOWN) == rows[0]


def test_without_known_headings_the_row_with_most_words_is_the_header():
    rows = [(1, ["Elenco", "", ""]), (2, ["Voce", "Anno", "Valore"]), (3, ["Servizi", "2026", "3"])]
    assert find_header(rows, KNOWN) == rows[1]


@pytest.mark.parametrize(
    "row",
    [
        ["", "TOTALE", "1.234,50 €"],
        ["tot.", "12", ""],
        ["Totale complessivo", "\x1f12"],
        ["Somma", "3"],
        ["Subtotale", "3"],
        ["Total", "3"],
    ],
    ids=" ".join,
)
def test_a_row_of_totals(row):
    assert is_total(row)


@pytest.mark.parametrize(
    "row",
    [
        ["Somma Vesuviana", "80049"],
        ["Totem ODV", "12"],
        ["Totale benessere", "associazione", "3"],
        ["\x1f12", "totale"],
    ],
    ids=" ".join,
)
def test_what_only_begins_like_a_row_of_totals(row):
    assert not is_total(row)


def test_each_column_shows_three_values_of_its_own(opened):
    rows = [[f"0{n % 4 + 1}/02/2026", "Parma", "", "x" if n == 9 else ""] for n in range(10)]
    columns = opened(csv_file(*rows)).understood["columns"]
    assert [column["samples"] for column in columns] == [
        ["01/02/2026", "02/02/2026", "03/02/2026"],
        ["Parma"],
        [],
        ["x"],
    ]
