"""How cells are read into values: texts, numbers, days. What is wrong is told with what was expected.

A widget reads a cell as will_portal.common.tables.cells has it: text, or what the file itself had typed.
"""

import re
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.widgets import Widget

from will_portal.common.amounts import AmountField, parse_amount
from will_portal.common.tables import cells

YES = {"si", "sì", "s", "yes", "y", "x", "1", "vero", "true"}
NO = {"no", "n", "0", "falso", "false"}
MONTHS = [
    ("gennaio", "january"),
    ("febbraio", "february"),
    ("marzo", "march"),
    ("aprile", "april"),
    ("maggio", "may"),
    ("giugno", "june"),
    ("luglio", "july"),
    ("agosto", "august"),
    ("settembre", "september"),
    ("ottobre", "october"),
    ("novembre", "november"),
    ("dicembre", "december"),
]
WEEKDAY = r"(?:(?:lun|mar|mer|gio|ven|sab|dom|mon|tue|wed|thu|fri|sat|sun)[^\W\d]*[.,]?\s+)?"
MIDNIGHT = r"(?:[T\s]+0?0[:.]00(?:[:.]00(?:[.,]0+)?)?Z?)?"
YEAR = r"(?P<year>(?:19|20)?[0-9]{2})"
DAY = re.compile(
    rf"{WEEKDAY}(?P<day>[0-9]{{1,2}})(?P<mark>[/.-])(?P<month>[0-9]{{1,2}})(?P=mark){YEAR}{MIDNIGHT}"
    rf"|{WEEKDAY}(?P<day2>[0-9]{{1,2}})[°º]?(?:\s+|[-/.]\s?)(?:di\s+)?(?P<name>[^\W\d]+)\.?(?:\s+|[-/.]\s?)"
    rf"(?P<year2>(?:19|20)?[0-9]{{2}})"
    rf"|(?P<year3>(?:19|20)[0-9]{{2}})(?P<mark3>[-/.]?)(?P<month3>[0-9]{{2}})(?P=mark3)(?P<day3>[0-9]{{2}}){MIDNIGHT}",
    re.IGNORECASE,
)
MONTH = re.compile(
    rf"(?P<month>[0-9]{{1,2}})\s?[/.-]\s?{YEAR}|(?P<name>[^\W\d]+)\.?(?:\s+|[-/.]\s?)(?P<year2>(?:19|20)?[0-9]{{2}})"
    rf"|(?P<year3>(?:19|20)[0-9]{{2}})\s?[-/.]\s?(?P<month3>[0-9]{{1,2}})",
    re.IGNORECASE,
)
# Spreadsheets count days from here, and take 1900 for a leap year.
EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 36526, 73050


def refuse_broken(cell):
    if cells.is_empty_formula(cell):
        raise ValidationError(
            _(
                "This formula has no stored value: open the file in the spreadsheet program, save and send "
                "it again."
            ),
            code="formula",
        )
    if cells.is_error(cell):
        raise ValidationError(
            _("The spreadsheet program could not calculate this cell: correct it there."), code="error"
        )


class CellWidget(Widget):
    """Reads one cell. The value of an empty one is `empty`."""

    empty = None

    def bind(self, resource):
        """Learn for whom and how the file is read."""

    def clean(self, value, row=None, **kwargs):
        refuse_broken(value)
        text = cells.plain_text(value)
        return self.read(value, text) if text else self.empty

    def read(self, cell, text):
        """Return the value of a cell that is not empty; `text` is the cell in plain words."""
        raise NotImplementedError

    def render(self, value, obj=None, **kwargs):
        """Return the text from which `clean` reads the same value, in either language.

        What a spreadsheet would run of it is escaped by whoever writes the file.
        """
        return "" if value is None else str(value)

    def store(self, value):
        """Return what JSON keeps of the value."""
        return value

    def restore(self, stored):
        """Return the value of which JSON kept this, looked up again where it may have changed."""
        return stored


class TextWidget(CellWidget):
    empty = ""

    def __init__(self, max_length, validators=(), *, one_line=True):
        super().__init__()
        self.max_length, self.validators, self.one_line = max_length, validators, one_line

    def read(self, cell, text):
        text = " ".join(text.split()) if self.one_line else text
        if len(text) > self.max_length:
            raise ValidationError(
                _("Write at most %(max)s characters: these are %(length)s."),
                code="max_length",
                params={"max": self.max_length, "length": len(text)},
            )
        for validate in self.validators:
            validate(text)
        return text


class NumberWidget(CellWidget):
    language = "it"

    def bind(self, resource):
        self.language = resource.options.get("numbers", "it")

    def number_of(self, cell, text):
        typed = cells.typed_number(cell)
        return parse_amount(text, self.language) if typed is None else typed


class CountWidget(NumberWidget):
    """Whole numbers from zero on."""

    def __init__(self, max=None, too_many=None):
        super().__init__()
        self.max, self.too_many = max, too_many

    def read(self, cell, text):
        try:
            number = self.number_of(cell, text)
        except ValidationError:
            # Says how amounts are written, with decimals.
            number = None
        if number is None or number != int(number):
            raise ValidationError(_("Write a whole number, for example 12."), code="whole")
        if number < 0:
            raise ValidationError(_("Write zero or more."), code="min_value")
        if self.max is not None and number > self.max:
            told = self.too_many or _("Write at most %(max)s.")
            raise ValidationError(told, code="max_value", params={"max": self.max})
        return int(number)


class AmountWidget(NumberWidget):
    """Numbers from zero on with some decimals."""

    def __init__(self, max_digits, decimals):
        super().__init__()
        self.max_digits, self.decimals = max_digits, decimals

    def read(self, cell, text):
        number = self.number_of(cell, text)
        if number < 0:
            raise ValidationError(_("Write zero or more."), code="min_value")
        rounded = round(number, self.decimals)
        if rounded != number:
            told = AmountField.default_error_messages["max_decimal_places"]
            raise ValidationError(told, code="max_decimal_places", params={"max": self.decimals})
        if rounded >= 10 ** (self.max_digits - self.decimals):
            raise ValidationError(_("This number is too large to be right: check it."), code="max_digits")
        return rounded

    def store(self, value):
        return None if value is None else str(value)

    def restore(self, stored):
        return None if stored is None else Decimal(stored)


class YesNoWidget(CellWidget):
    def __init__(self, empty=None):
        super().__init__()
        self.empty = empty

    def read(self, cell, text):
        word = text.lower().rstrip(".")
        if word not in YES | NO:
            raise ValidationError(_("Write yes or no."), code="invalid")
        return word in YES

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else _("yes") if value else _("no")


def month_number(name):
    """Return the number of a month by its name in Italian or English, or by its beginning."""
    name = name.lower()
    numbers = [
        number
        for number, names in enumerate(MONTHS, 1)
        if len(name) >= 3 and any(full.startswith(name) for full in names)
    ]
    return numbers[0] if len(numbers) == 1 else None


def parts_of(found):
    """Return what a pattern found, by the names of its groups without the number of the spelling."""
    return {name.rstrip("23"): text for name, text in found.groupdict().items() if text is not None}


def date_of(parts, day):
    year = int(parts["year"])
    month = month_number(parts["name"]) if "name" in parts else int(parts["month"])
    if month is None:
        raise ValueError(parts["name"])
    return date(year + 2000 if year < 100 else year, month, day)


def of_serial(text):
    """Return the day that a spreadsheet counts so, or None."""
    if not re.fullmatch(r"[0-9]{5}", text) or not FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return None
    return EPOCH + timedelta(days=int(text))


def read_day(text):
    """Return the day that a text names, None if it has the shape of no day; ValueError for one that is none.

    The day comes before the month, always: 03/04/2026 is 3 April.
    """
    found = DAY.fullmatch(text)
    if not found:
        return of_serial(text)
    parts = parts_of(found)
    return date_of(parts, int(parts["day"]))


class DayWidget(CellWidget):
    expected = gettext_lazy("Write a day as in 31/12/2026.")

    def read(self, cell, text):
        typed = cells.typed_day(cell)
        if typed is not None:
            return typed
        try:
            day = read_day(text)
        except ValueError:
            raise ValidationError(
                _("There is no such day in the calendar: check the day and the month, as in 31/12/2026."),
                code="no_day",
            ) from None
        if day is None:
            raise ValidationError(self.expected, code="invalid")
        return day

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""

    def store(self, value):
        return value.isoformat() if value else None

    def restore(self, stored):
        return date.fromisoformat(stored) if stored else None


def read_month(text):
    """Return the first day of the month that a text names; ValueError if it names none."""
    found = MONTH.fullmatch(text)
    if found:
        return date_of(parts_of(found), 1)
    day = read_day(text)
    if day is None or day.day != 1:
        raise ValueError(text)
    return day


class MonthWidget(DayWidget):
    """A month, as its first day."""

    expected = gettext_lazy("Write a month as in 03/2026.")

    def read(self, cell, text):
        typed = cells.typed_day(cell)
        try:
            day = read_month(text) if typed is None else typed
        except ValueError:
            day = None
        if day is None or day.day != 1:
            raise ValidationError(self.expected, code="invalid")
        return day

    def render(self, value, obj=None, **kwargs):
        return f"{value:%Y-%m}" if value else ""
