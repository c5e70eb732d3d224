import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from thirdsector.forms import FiscalCodeField


def checked(ten):
    return ten + luhn.calc_check_digit(ten)


# Seven digits and the three of an office.
BODIES = st.builds(
    lambda seven, office: checked(f"{seven:07}{office:03}"), st.integers(1, 9999999), st.integers(1, 100)
)


def refusal(text):
    with pytest.raises(ValidationError) as refused:
        FiscalCodeField().clean(text)
    return refused.value.error_list[0]


@given(BODIES)
def test_the_code_of_a_body_is_taken_as_it_is(code):
    assert FiscalCodeField().clean(code) == code


@given(BODIES, st.sampled_from([" {} ", "IT{}", "it {}", "{}.", "\u00a0{}"]))
def test_what_people_write_around_a_code_is_left_out(code, frame):
    assert FiscalCodeField().clean(frame.format(code)) == code


@given(BODIES, st.integers(1, 10))
def test_blanks_inside_a_code_are_left_out(code, place):
    assert FiscalCodeField().clean(f"{code[:place]} {code[place:]}") == code


@given(st.integers(1, 99999), st.integers(1, 100))
def test_a_code_that_lost_its_zeros_is_proposed_whole(number, office):
    whole = checked(f"{number:07}{office:03}")
    error = refusal(whole.lstrip("0"))
    assert (error.code, error.params) == ("zeros", {"whole": whole})


@given(BODIES, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(code, place, more):
    wrong = str((int(code[place]) + more) % 10)
    assert refusal(code[:place] + wrong + code[place + 1 :]).code in {"check", "zeros"}


@pytest.mark.parametrize(
    "code", ["RSSMRA80A01G337X", "rss mra 80a01 g337x", "ITLMRA80A01G337X", "RSSMRA80A01G33TX"]
)
def test_the_tax_code_of_a_person_is_refused_with_the_reason(code):
    assert refusal(code).code == "person"


@pytest.mark.parametrize("code", ["1234", "123456789012", "0", "abc", "00000000000"])
def test_anything_else_is_no_fiscal_code(code):
    assert refusal(code).code in {"invalid", "check"}


def test_full_width_digits_are_digits():
    assert FiscalCodeField().clean("００２７０５４０３４７") == "00270540347"
