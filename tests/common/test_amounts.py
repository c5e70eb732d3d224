from contextlib import suppress
from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from will_portal.common.amounts import AmountField, parse_amount
from will_portal.common.numbers import spell_number

MIRROR = str.maketrans(".,", ",.")
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


class Form(forms.Form):
    amount = AmountField(max_digits=14, decimal_places=2, required=False)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1.234,56", "1234.56"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("1234,5", "1234.5"),
        ("1234.56", "1234.56"),
        ("1234.5", "1234.5"),
        ("0,05", "0.05"),
        ("0.5", "0.5"),
        ("12", "12"),
        ("1 234,56", "1234.56"),
        ("1 234.56", "1234.56"),
        ("1\N{NO-BREAK SPACE}234,56", "1234.56"),
        ("1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567", "1234567"),
        ("1'234,56", "1234.56"),
        ("1\N{RIGHT SINGLE QUOTATION MARK}234,56", "1234.56"),
        (" € 1.234,56 ", "1234.56"),
        ("EUR 12", "12"),
        ("12,50 €", "12.5"),
        ("-12,50", "-12.5"),
        ("\N{MINUS SIGN}€ 1.234", "-1234"),
        ("€ -5", "-5"),
    ],
)
def test_an_amount_is_read_as_it_is_written(language, text, amount):
    typed = text.translate(MIRROR) if language == "en" else text
    assert parse_amount(typed, language) == Decimal(amount)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize(
    "text",
    [
        *["", "abc", "12a", "1,2,3", "1,234.56", "1.234.56", "1234.567", "12.34.567", "0.123", "1.2345"],
        *["12 34", "1 234.567", "1'234 567", "12,", ",5", "--5", "- € -5", "1e5", "NaN", "Infinity", "½"],
        *["1²", "٣", "１２", "9" * 60, "5 euro circa", "12\n,5", "$ 5"],
    ],
)
def test_what_is_wrong_or_might_be_two_numbers_is_refused_with_an_example(language, text):
    typed = text.translate(MIRROR) if language == "en" else text
    with pytest.raises(ValidationError) as refusal:
        parse_amount(typed, language)
    assert {"it": "1.234,56", "en": "1,234.56"}[language] in refusal.value.messages[0]


@pytest.mark.parametrize("language", ["it", "en"])
@given(amount=amounts)
def test_every_amount_that_the_portal_writes_is_read_back(language, amount):
    with override(language):
        assert parse_amount(spell_number(amount, 2), language) == amount


@pytest.mark.parametrize("language", ["it", "en"])
@given(text=st.text(alphabet="0123456789.,'- €EURe\N{NO-BREAK SPACE}\N{MINUS SIGN}", max_size=20))
def test_whatever_is_typed_is_read_as_a_finite_number_or_refused(language, text):
    with suppress(ValidationError):
        assert parse_amount(text, language).is_finite()


def test_an_amount_is_shown_for_editing_in_the_language_of_the_page():
    with override("it"):
        assert 'value="1.234,50"' in str(Form(initial={"amount": Decimal("1234.5")})["amount"])
    with override("en"):
        assert 'value="1,234.50"' in str(Form(initial={"amount": Decimal("1234.5")})["amount"])


def test_what_was_typed_is_shown_back_with_the_error():
    with override("it"):
        form = Form({"amount": "12 34 euro"})
        assert not form.is_valid()
        assert 'value="12 34 euro"' in str(form["amount"])


def test_more_decimals_than_the_field_holds_are_refused():
    with override("it"):
        assert not Form({"amount": "1,234"}).is_valid()


def test_an_amount_left_as_it_was_is_no_change():
    with override("it"):
        form = Form({"amount": "1.234,50"}, initial={"amount": Decimal("1234.5")})
        assert not form.has_changed()


@pytest.mark.parametrize(("typed", "amount"), [("", None), ("  ", None), ("0", Decimal(0))])
def test_nothing_is_not_zero(typed, amount):
    form = Form({"amount": typed})
    assert form.is_valid()
    assert form.cleaned_data["amount"] == amount


def test_the_field_opens_the_keyboard_of_numbers():
    assert 'inputmode="decimal"' in str(Form()["amount"])
    assert 'type="text"' in str(Form()["amount"])
