import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from will_portal.common.tables.escapes import escape, unescape

# The same said by looking ahead, which is slow for long runs of blanks.
START = r"(^|[,;\t\r\n])"
RUNS = r"(?=[\s']*[=+\-@\t\r＝＋－＠])"
AWKWARD = st.text(st.sampled_from("=+-@\t\r\n ,;'＝＋－＠a\u00a0"))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("'=1", "''=1"),
        ("x;=1", "x;'=1"),
        ("x; @SUM(A1)", "x;' @SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("a\n\nb", "a\n\nb"),
        ("dell'ente", "dell'ente"),
        ("", ""),
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text, escaped):
    assert escape(text) == escaped


@given(st.text() | AWKWARD)
def test_the_escape_is_undone_exactly(text):
    assert unescape(escape(text)) == text


@given(st.text() | AWKWARD)
def test_every_beginning_of_a_formula_is_escaped_and_nothing_else(text):
    assert escape(text) == re.sub(START + RUNS, r"\1'", text)


@given(st.text() | AWKWARD)
def test_only_what_the_escape_wrote_is_undone(text):
    assert unescape(text) == re.sub(f"{START}'{RUNS}", r"\1", text)


@pytest.mark.parametrize("text", ["\n" * 32_767 + "a=", "\n'" * 16_000 + "a="], ids=["newlines", "quoted"])
def test_long_runs_of_blanks_take_no_time(text):
    began = time.perf_counter()
    assert unescape(escape(text)) == text
    unescape(text)
    assert time.perf_counter() - began < 1
