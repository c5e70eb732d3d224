"""Cells of a table as plain CSV keeps them: text as it was written, or what the file itself had typed.

Numbers, days, moments, yes or no, errors and formulas without a stored value begin with a control character;
no text has one, so that none passes for them. No Django in here: the child process reads it.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from will_portal.common.tables.escapes import unescape

TYPED = "\x1f"
EMPTY_FORMULA = f"{TYPED}="
ERROR = f"{TYPED}#"
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# How programs, ours too, keep the zeros of a code from being dropped.
WRAPPED = re.compile(r'\s*="((?:[^"]|"")*)"\s*')
BLANKS = re.compile(r"[^\S\n]+")
AROUND_NEWLINES = re.compile(r" ?\r?\n ?")
ANSWERS = {"it": {"TRUE": "VERO", "FALSE": "FALSO"}}


def typed(value):
    """Return the cell for a value of a spreadsheet: bool, int, float, date, datetime, time or timedelta."""
    if isinstance(value, bool):
        return f"{TYPED}{value}".upper()
    if isinstance(value, int | float):
        return TYPED + number(value)
    if isinstance(value, datetime):
        return f"{TYPED}{value.isoformat(timespec='seconds')}"
    if isinstance(value, date):
        return f"{TYPED}{value.isoformat()}"
    return duration(value)


def number(value):
    """Return a number in decimal digits, as many as spreadsheets show of it."""
    shown = f"{value + 0:.15g}"
    return shown if NUMBER.fullmatch(shown) else format(Decimal(shown), "f")


def duration(value):
    """Return a time, or a time span, as text: nothing in a table of ours is typed so."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    minutes, seconds = divmod(round(abs(value).total_seconds()), 60)
    text = f"{'-' if value < timedelta() else ''}{minutes // 60}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text


def is_typed(cell):
    return cell.startswith(TYPED)


def typed_number(cell):
    return Decimal(cell[1:]) if is_typed(cell) and NUMBER.fullmatch(cell, 1) else None


def typed_day(cell):
    """Return the day of a cell that holds a day or a moment, else None."""
    return date.fromisoformat(cell[1:11]) if is_typed(cell) and DAY.match(cell, 1) else None


def is_empty_formula(cell):
    return cell == EMPTY_FORMULA


def is_error(cell):
    return cell.startswith(ERROR)


def spelled(cell, language):
    """Return the cell as people of this language ("it" or "en") write it."""
    if not is_typed(cell):
        return plain_text(cell)
    if NUMBER.fullmatch(cell, 1):
        return spelled_number(cell[1:], language)
    if DAY.match(cell, 1):
        return f"{date.fromisoformat(cell[1:11]):%d/%m/%Y}{cell[11:].replace('T', ' ')}".removesuffix(":00")
    return ANSWERS.get(language[:2], {}).get(cell[1:], cell[1:])


def spelled_number(digits, language):
    """Only what has decimals is an amount; the rest may be years and codes, which have no dots."""
    whole, _, rest = digits.partition(".")
    if not rest:
        return whole
    thousands, decimals = (",", ".") if language.startswith("en") else (".", ",")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.removeprefix('-')):,}".replace(",", thousands) + decimals + rest


def plain_text(cell):
    """Return the cell as text: without the escape of an export, without blanks that nobody meant."""
    if is_typed(cell):
        return cell[1:]
    wrapped = WRAPPED.fullmatch(cell)
    return tidy(wrapped[1].replace('""', '"') if wrapped else unescape(cell))


def tidy(text):
    """Return a text without blanks that nobody meant."""
    text = AROUND_NEWLINES.sub("\n", BLANKS.sub(" ", text)).strip()
    # Some systems write an accent as a letter of its own.
    return text if text.isascii() else unicodedata.normalize("NFC", text)
