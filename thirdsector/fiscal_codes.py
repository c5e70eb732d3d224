"""Fiscal codes of bodies: eleven digits, the last of which checks the others."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from stdnum.it import codicefiscale

FISCAL_CODE = RegexValidator(
    r"\A[0-9]{11}\Z", _("Write the fiscal code as eleven digits, zeros in front included.")
)
DIGITS = 11
OF_A_PERSON = re.compile(r"[A-Z]{6}[0-9A-Z]{10}")


def compact(text):
    """Return the code without the blanks and the country that people write around it."""
    code = re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text), flags=re.ASCII).upper()
    # Only before digits: the codes of many persons begin with the same letters.
    return re.sub(r"\AIT(?=[0-9])", "", code)


def validate_fiscal_code(code):
    """Refuse what is no fiscal code of a body, with the reason; a code that lost zeros is proposed whole."""
    if OF_A_PERSON.fullmatch(code):
        raise ValidationError(
            _(
                "This is the tax code of a person, which the portal must not hold: write the eleven digits "
                "of the organisation."
            ),
            code="person",
        )
    if code.isdecimal() and len(code) < DIGITS and codicefiscale.is_valid(code.zfill(DIGITS)):
        raise ValidationError(
            _("Spreadsheets drop zeros in front: did you mean %(whole)s?"),
            code="zeros",
            params={"whole": code.zfill(DIGITS)},
        )
    FISCAL_CODE(code)
    if not codicefiscale.is_valid(code):
        raise ValidationError(
            _("The digits of this fiscal code do not fit together: check them for a slip."),
            code="check",
        )
