"""Free text of the log must not lead to a person: tax codes, e-mails and telephone numbers are refused."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Digits may be replaced by letters where two people would have the same code ("omocodia").
DIGIT = "[0-9LMNPQRSTUV]"
TAX_CODE = re.compile(
    rf"(?<![A-Z0-9])[A-Z]{{6}}{DIGIT}{{2}}[A-EHLMPRST]{DIGIT}{{2}}[A-Z]{DIGIT}{{3}}[A-Z](?![A-Z0-9])"
)
EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[A-Z]{2,}", re.IGNORECASE)
# Italian numbers: mobile ones begin with 3, others with 0; nine to eleven digits, +39 or 0039 in front.
TELEPHONE = re.compile(r"(?<!\d)(?:(?:\+|00)39)?(?:3\d{8,9}|0\d{7,10})(?!\d)")
BETWEEN = re.compile(r"(?<=[0-9A-Z+@])[\s./()_-]{1,3}(?=[0-9A-Z@])", re.IGNORECASE)


def shown(text):
    """The text as it looks: full-width letters as plain ones, invisible characters gone."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def refuse_identities(text):
    plain = shown(text)
    if EMAIL.search(plain):
        raise ValidationError(
            _("This holds an e-mail address: the log holds nothing that leads to a person.")
        )
    if TAX_CODE.search(plain.upper()) or TAX_CODE.search(BETWEEN.sub("", plain).upper()):
        raise ValidationError(_("This holds a tax code: the log holds nothing that leads to a person."))


def refuse_personal_data(text):
    refuse_identities(text)
    if TELEPHONE.search(BETWEEN.sub("", shown(text))):
        raise ValidationError(
            _("This holds a telephone number: the log holds nothing that leads to a person.")
        )
