import csv
import json
from decimal import Decimal

import pytest

from will_portal.common.downloads import cell, csv_response, json_response


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(start):
    assert cell(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("x;=1+1;y", "x;'=1+1;y"),
        ("x\t=1+1", "x\t'=1+1"),
        ("x; @SUM(A1)", "x;' @SUM(A1)"),
        ("x\n=1+1", "x\n'=1+1"),
        ("=1;＝1", "'=1;'＝1"),
        ("uno; due", "uno; due"),
    ],
)
def test_what_runs_once_a_program_splits_at_the_semicolon_is_quoted(text, quoted):
    assert cell(text) == quoted


@pytest.mark.parametrize("value", [-4, Decimal("-4.2"), "Parma", "L'Aquila", "034027", True])
def test_anything_else_stays_as_it_is(value):
    assert cell(value) == value


def test_a_csv_file_has_a_header_and_an_empty_cell_where_nothing_is_known():
    response = csv_response("cities", [{"name": "Forlì", "left": None}])
    assert list(csv.reader(response.getvalue().decode().splitlines())) == [["name", "left"], ["Forlì", ""]]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'inline; filename="cities.csv"'


def test_a_json_file_holds_numbers_as_numbers():
    assert json.loads(json_response("x", {"value": Decimal("1.5")}).text) == {"value": 1.5}
