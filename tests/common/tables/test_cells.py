from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from will_portal.common.tables import cells
from will_portal.common.tables.escapes import escape


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (12.0, "\x1f12"),
        (1234.5, "\x1f1234.5"),
        (0.1 + 0.2, "\x1f0.3"),
        (1e20, "\x1f100000000000000000000"),
        (-0.0000001, "\x1f-0.0000001"),
        (True, "\x1fTRUE"),
        (date(2026, 3, 1), "\x1f2026-03-01"),
        (datetime(2026, 3, 1, 10), "\x1f2026-03-01T10:00:00"),  # noqa: DTZ001
        (time(1, 30), "1:30"),
        (timedelta(hours=30, seconds=5), "30:00:05"),
    ],
    ids=str,
)
def test_what_a_file_has_typed_is_kept_in_one_form(value, cell):
    assert cells.typed(value) == cell


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_typed_amount_is_read_back_exactly(amount):
    assert cells.typed_number(cells.typed(float(amount))) == amount


@given(st.dates(min_value=date(1900, 1, 1)))
def test_a_typed_day_is_read_back_exactly(day):
    assert cells.typed_day(cells.typed(day)) == day


def test_a_moment_is_on_its_day():
    assert cells.typed_day("\x1f2026-03-01T10:00:00") == date(2026, 3, 1)


@pytest.mark.parametrize("cell", ["2026-03-01", "12", "TRUE", "=", "#N/A", ""])
def test_text_is_never_taken_for_something_typed(cell):
    assert cells.typed_number(cell) is None
    assert cells.typed_day(cell) is None
    assert not any([cells.is_typed(cell), cells.is_error(cell), cells.is_empty_formula(cell)])


@pytest.mark.parametrize(
    ("cell", "italian", "english"),
    [
        ("\x1f1234.5", "1.234,5", "1,234.5"),
        ("\x1f-0.5", "-0,5", "-0.5"),
        ("\x1f2026", "2026", "2026"),
        ("\x1f2026-03-01", "01/03/2026", "01/03/2026"),
        ("\x1f2026-03-01T10:00:00", "01/03/2026 10:00", "01/03/2026 10:00"),
        ("\x1fTRUE", "VERO", "TRUE"),
        ("\x1f#N/A", "#N/A", "#N/A"),
        ("'=1", "=1", "=1"),
    ],
)
def test_a_cell_is_spelled_for_people(cell, italian, english):
    assert cells.spelled(cell, "it") == italian
    assert cells.spelled(cell, "en-gb") == english


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("\x1f12", "12"),
        (" a\u00a0 b \n c ", "a b\nc"),
        ("uno\r\ndue", "uno\ndue"),
        ('="00123"', "00123"),
        ('="a""b"', 'a"b'),
        ("'=1+1", "=1+1"),
        ("'-5", "-5"),
        ("'ndrangheta", "'ndrangheta"),
    ],
)
def test_a_cell_in_plain_text(cell, text):
    assert cells.plain_text(cell) == text


def test_a_text_like_a_wrapped_code_is_not_unwrapped_after_its_export():
    assert cells.plain_text(escape('="00123"')) == '="00123"'


def test_a_typed_number():
    assert cells.typed_number("\x1f-1234.5") == Decimal("-1234.5")
