"""Free text of the log must not lead to a person: tax codes, e-mails and telephone numbers are refused.

What names somebody in other words cannot be recognised; the form asks not to.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# No field takes more: what is longer is refused for its length, and must not cost time here.
LONGEST = 5000
# Digits may be replaced by letters where two people would have the same code ("omocodia").
LETTER, DIGIT, MONTH = "[A-Z]", "[0-9LMNPQRSTUV]", "[A-EHLMPRST]"
MARKS = r"[\s./()_,;'|·\\‐-―−-]{0,3}"
CODE = [LETTER] * 6 + [DIGIT] * 2 + [MONTH] + [DIGIT] * 2 + [LETTER] + [DIGIT] * 3 + [LETTER]
TAX_CODE = re.compile(rf"{''.join(CODE)}|(?<![A-Z0-9]){MARKS.join(CODE)}(?![A-Z0-9])")
EMAIL = re.compile(r"[^\s@]{1,64}(?:@| @ |\s?[\[(](?:AT|CHIOCCIOLA)[\])]\s?)[^\s@]{1,255}\.[A-Z]{2,}")
# Mobile numbers begin with 3, others with 0 and no second 0, those from abroad with a plus.
REST = rf"(?:{MARKS}\d)"
TELEPHONE = re.compile(
    rf"(?<![\dA-Z])(?:(?:(?:\+|00)39{MARKS})?(?:3\d\d{REST}{{6,7}}|0[1-9]{REST}{{7,9}})|\+\d\d?{REST}{{7,12}})(?!\d)"
)
# What looks like one and is none: dates, hours, money, and numbers that say what they are.
DAY, MONTH_NUMBER = r"(?:0?[1-9]|[12]\d|3[01])", "(?:0?[1-9]|1[0-2])"
DATE = rf"(?<![\d./-]){DAY}([./-]){MONTH_NUMBER}\1(?:\d{{4}}|\d\d)(?![./]?\d)|\b\d{{4}}-\d\d-\d\d\b"
HOUR = r"(?<![\d./-])[0-2]?\d[.:][0-5]\d(?![./]?\d)"
MONEY = r"(?:€|\bEUR)\s?[\d.,]+|\b[\d.,]+\s?(?:€|EURO?\b)"
NAMED = r"\b(?:CIG\W{0,3}[A-Z0-9]{10}|P\.?\s?IVA\W{0,3}\d{11}|PROT(?:OCOLLO)?\W{1,3}(?:N\W{1,3})?[\d/]+)\b"
HARMLESS = re.compile(f"{DATE}|{HOUR}|{MONEY}|{NAMED}")


def shown(text):
    """The text as it looks: plain letters and digits of any script, no invisible characters, in capitals."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    kept = (str(unicodedata.decimal(c, c)) for c in plain if unicodedata.category(c) != "Cf")
    return "".join(kept).upper()


def refuse_identities(text):
    plain = shown(text)
    if EMAIL.search(plain):
        raise ValidationError(
            _("This holds an e-mail address: the log holds nothing that leads to a person.")
        )
    if TAX_CODE.search(plain):
        raise ValidationError(_("This holds a tax code: the log holds nothing that leads to a person."))


def refuse_personal_data(text):
    refuse_identities(text)
    if TELEPHONE.search(HARMLESS.sub(" X ", shown(text))):
        raise ValidationError(
            _("This holds a telephone number: the log holds nothing that leads to a person.")
        )


def names_a_person(text):
    """Whether a text holds what leads to a person, so that even its refusal must not keep it."""
    try:
        refuse_identities(text)
    except ValidationError:
        return True
    return False
