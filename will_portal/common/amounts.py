"""Amounts as people write them: 1.234,56 in Italian, 1,234.56 in English."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from will_portal.common.numbers import spell_number

BLANKS = " \t\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"
WRITING = re.compile(
    rf"(?P<minus>[-\N{{MINUS SIGN}}]?)[{BLANKS}]*(?:€|eur[.]?|euro)?[{BLANKS}]*(?P<late>[-\N{{MINUS SIGN}}]?)"
    rf"[{BLANKS}]*(?P<digits>[0-9].{{0,40}}?)[{BLANKS}]*(?:€|eur|euro)?",
    re.IGNORECASE,
)
# The mark of thousands and that of decimals, and an example to follow.
MARKS = {"it": (".", ",", "1.234,56"), "en": (",", ".", "1,234.56")}


def parse_amount(text, language):
    """Return the number that somebody who writes this language ("it" or "en") means, as an exact Decimal.

    Thousands may stand apart by the language's mark, a blank or an apostrophe, always three by three. The
    other language's decimal mark is understood where it can be nothing else: 1234.56 in Italian. Raises
    ValidationError for what is no number, or might be two: 1234.567 and 1,234.56 in Italian.
    """
    thousands, decimals, example = MARKS["en" if language.startswith("en") else "it"]
    found = WRITING.fullmatch(text.strip())
    if found and not (found["minus"] and found["late"]):
        digits = read_digits(found["digits"], re.escape(thousands), re.escape(decimals))
        if digits:
            return Decimal(f"-{digits}" if found["minus"] or found["late"] else digits)
    raise ValidationError(
        _("This cannot be read as one number: write it as in %(example)s."),
        code="invalid",
        params={"example": example},
    )


def read_digits(digits, thousands, decimals):
    plainly = rf"(?P<whole>[0-9]+|{by_three(thousands)})(?:{decimals}(?P<rest>[0-9]+))?"
    with_foreign_point = rf"(?P<whole>[0-9]+|{by_three('')}){thousands}(?P<rest>[0-9]{{1,2}})"
    found = re.fullmatch(plainly, digits) or re.fullmatch(with_foreign_point, digits)
    return found and f"{re.sub('[^0-9]', '', found['whole'])}.{found['rest'] or '0'}"


def by_three(mark):
    return rf"[1-9][0-9]{{0,2}}(?P<mark>[{mark}{BLANKS}{APOSTROPHES}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*"


class AmountField(forms.DecimalField):
    """A decimal number written by hand in the language of the page."""

    widget = forms.TextInput
    default_error_messages = {
        "max_decimal_places": _("Write at most %(max)s decimals, as in 1,234.56: was a thousand meant?"),
    }

    def to_python(self, value):
        if value is None or isinstance(value, Decimal):
            return value
        return parse_amount(value, get_language()) if value.strip() else None

    def prepare_value(self, value):
        """Write an amount in the page's language; what was typed is shown back as it was typed."""
        return value if value is None or isinstance(value, str) else spell_number(value, self.decimal_places)

    def widget_attrs(self, widget):
        return super().widget_attrs(widget) | {"inputmode": "decimal", "autocomplete": "off"}
