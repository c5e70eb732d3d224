"""Empty tables to fill in, with drop-downs of what the portal knows: filled in, they import."""

from datetime import date
from decimal import Decimal
from io import BytesIO

from django.utils.text import capfirst, slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from initiatives.codes import Sex
from initiatives.imports.columns import Column
from initiatives.imports.lookups import CodeWidget, LookupWidget, ManyLookupWidget
from initiatives.imports.resources import resource_for
from initiatives.imports.row_resource import RowResource
from initiatives.imports.widgets import AmountWidget, CountWidget, DayWidget, YesNoWidget
from initiatives.models.imports import Subject
from will_portal.common.spreadsheets import AMOUNT, DAY, HEADING_FILL, TEXT, WIDE, width_of, write_text

LAST_ROW = 1_048_576
NEEDED_FILL = PatternFill("solid", fgColor="FFB3D1F0")
# Codes that offices know by heart: they stand in front of their names.
BY_CODE = {"kind", "funding_source"}
# One of them at least: no single column is needed.
COUNTED = {"people_served", "households", "contacts"}
# What the portal itself writes into an export, and what a template need not ask for.
LEFT_OUT = {"id", "city", "city_name"}
# Two invented rows. Where there is a list, the rows take something of it.
EXAMPLES = {
    Subject.LOG: {
        "day": [date(2026, 3, 10), date(2026, 3, 1)],
        "whole_month": [False, True],
        "place": ["Centro civico", "Biblioteca di quartiere"],
        "people_served": [12, 85],
        "new_people": [3, 20],
        "living_elsewhere": [None, 4],
        "hours": [Decimal("2.5"), Decimal(60)],
        "cost": [Decimal("180.50"), Decimal(2400)],
        "reference": ["2026/014", "2026/015"],
        "people F ND ND": [7, 50],
        "people M ND ND": [5, 35],
    },
    Subject.ORGANISATIONS: {
        "fiscal_code": ["00000019992", "00000029991"],
        "name": ["Cooperativa di esempio", "Associazione di esempio"],
        "runts_number": [1001, None],
        "seat": ["Parma", "Verona"],
        "seat_province": ["PR", "VR"],
        "website": ["https://cooperativa.example", None],
    },
    Subject.INITIATIVES: {
        "code": ["PR-2026-90", "PR-2026-91"],
        "title": ["Portierato di esempio", "Compagnia di esempio"],
        "user_areas": ["ELD", "FAM, POV"],
        "starts": [date(2026, 1, 15), date(2026, 9, 1)],
        "ends": [date(2027, 12, 31), None],
    },
    Subject.BUDGET: {
        "year": [2026, 2026],
        "recurring": [False, True],
        "amount": [Decimal("25000.00"), Decimal("1234.56")],
    },
}


def template_file(*, by, place, subject, initiative=None):
    """Return the name and the bytes of a workbook for rows of a Place, or of one of its initiatives."""
    resource = resource_for(subject)(by=by, place=place.city or place.organisation)
    columns = [
        Asked(column, resource, initiative)
        for name, column in resource.imported().items()
        if column.exported and name not in LEFT_OUT and is_offered(column)
    ]
    workbook = Workbook()
    write_rows(workbook.active, columns, str(Subject(subject).label), initiative)
    write_lists(workbook, workbook.active, columns)
    write_example(workbook, columns, EXAMPLES[subject])
    file = BytesIO()
    workbook.save(file)
    about = initiative.code if initiative else place.name
    name = "-".join(slugify(str(words)) for words in (_("template"), Subject(subject).label, about))
    return f"{name}.xlsx", file.getvalue()


def is_offered(column):
    """Of the parts of the people only women and men: exports show the headings of the others."""
    what, cell = getattr(column, "what", None), getattr(column, "cell", None)
    return what is None or (what == "people" and cell in [("F", "ND", "ND"), ("M", "ND", "ND")])


class Asked:
    """A column of a template: its heading, what may be chosen in it, and what is said of it."""

    def __init__(self, column: Column, resource, initiative):
        self.name, self.widget = column.name, column.widget
        needed = resource.needed if isinstance(resource, RowResource) else ()
        self.required = column.required or column.name in needed
        cell = getattr(column, "cell", None)
        self.heading = str(Sex(cell[0]).label) if cell else capfirst(str(column.label))
        self.choices = choices_of(column, resource)
        if initiative and self.name == "initiative":
            self.choices = [choice for choice in self.choices if choice.endswith(f"({initiative.code})")]
        self.help = help_of(resource, column)

    @property
    def format(self):
        if isinstance(self.widget, DayWidget):
            return DAY
        if isinstance(self.widget, AmountWidget):
            return AMOUNT
        return "0" if isinstance(self.widget, CountWidget) else TEXT

    @property
    def rule(self):
        """What Excel warns about: nothing that the import would not say as well."""
        if self.choices:
            return None
        kind = {DAY: "date", AMOUNT: "decimal", "0": "whole"}.get(self.format)
        least = "36526" if kind == "date" else "0"
        return kind and DataValidation(kind, least, operator="greaterThanOrEqual", allow_blank=True)

    @property
    def said(self):
        parts = [_("Needed.") if self.required else _("May be left empty."), self.help, self.way]
        return " ".join(str(part) for part in parts if part)

    @property
    def way(self):
        if isinstance(self.widget, ManyLookupWidget):
            return _("Several may stand here, divided by commas.")
        if isinstance(self.widget, YesNoWidget):
            return _("Yes or no.")
        if self.choices:
            return _("Choose from the list, or write the code or the name.")
        return {
            DAY: _("A day, as in %(example)s.") % {"example": "31/12/2026"},
            AMOUNT: _("A number, with decimals or without."),
            "0": _("A whole number."),
        }.get(self.format, "")


def choices_of(column, resource):
    """What may be chosen in a column, as the import reads it."""
    widget = column.widget
    if isinstance(widget, YesNoWidget):
        return [_("yes"), _("no")]
    if isinstance(widget, ManyLookupWidget) or not isinstance(widget, LookupWidget):
        return []
    if not isinstance(widget, CodeWidget):
        return [with_code(spellings) for _value, spellings in widget.offer(resource)]
    codes = widget.codes(resource) if callable(widget.codes) else widget.codes
    named = [(code, name_in_language(names)) for code, names in codes.items()]
    if column.name in BY_CODE:
        return [f"{code} {name}" for code, name in named]
    return [name or code for code, name in named]


def with_code(spellings):
    code, name, *_others = map(str, spellings)
    return f"{name} ({code})"


def name_in_language(names):
    """The names of a code are as many in Italian as in English, the Italian ones first."""
    if not names:
        return ""
    return names[len(names) // 2] if get_language() == "en" else names[0]


def help_of(resource, column):
    if column.name in COUNTED:
        return _("Of people served, households and contacts one at least is needed.")
    fields = {field.name: field for field in resource._meta.model._meta.concrete_fields}
    return fields[column.name].help_text if column.name in fields else ""


def write_rows(sheet, columns, title, initiative):
    """The sheet to fill in: headings that stay in sight, and the format of each column."""
    sheet.title = sheet_title(title)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 48
    for number, column in enumerate(columns, 1):
        cell = sheet.cell(1, number)
        write_heading(cell, column)
        letter = sheet.column_dimensions[get_column_letter(number)]
        letter.width = (
            WIDE if column.choices and len(max(column.choices, key=len)) > 20 else width_of(column.heading)
        )
        letter.number_format = column.format
        if column.rule:
            add_rule(sheet, number, column.rule)
        if initiative and column.name == "initiative" and column.choices:
            write_text(sheet.cell(2, number), column.choices[0])


def write_heading(cell, column):
    write_text(cell, column.heading)
    cell.font = Font(bold=True)
    cell.fill = NEEDED_FILL if column.required else HEADING_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.comment = Comment(column.said, "WILL", width=300, height=110)


def add_rule(sheet, number, rule):
    # A warning and no more: the import understands other spellings too, and says what it does not.
    rule.errorStyle, rule.showErrorMessage = "warning", True
    rule.errorTitle, rule.error = _("Check this cell"), _("The import may not understand this value.")
    letter = get_column_letter(number)
    rule.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(rule)


def write_lists(workbook, rows, columns):
    lists = workbook.create_sheet(sheet_title(_("Lists")))
    chosen = [(number, column) for number, column in enumerate(columns, 1) if column.choices]
    for place, (number, column) in enumerate(chosen, 1):
        # Not the bare heading, by which the import would take this sheet for the table.
        write_text(lists.cell(1, place), _("Values of “%(heading)s”") % {"heading": column.heading})
        lists.cell(1, place).font = Font(bold=True)
        for row, choice in enumerate(column.choices, 2):
            write_text(lists.cell(row, place), choice)
        letter = get_column_letter(place)
        lists.column_dimensions[letter].width = WIDE
        area = f"{quote_sheetname(lists.title)}!${letter}$2:${letter}${len(column.choices) + 1}"
        add_rule(rows, number, DataValidation("list", area, allow_blank=True))


def write_example(workbook, columns, examples):
    """One line for each column, so that no row of it looks like the headings of a table."""
    sheet = workbook.create_sheet(sheet_title(_("How to fill in")))
    told = _("The two examples are invented. This sheet is not imported.")
    write_text(sheet.cell(1, 1), told)
    for number, text in enumerate([_("Column"), _("What to write"), _("Example 1"), _("Example 2")], 1):
        write_text(sheet.cell(2, number), text)
        sheet.cell(2, number).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = WIDE if number == 2 else WIDE // 2 + 4
    for row, column in enumerate(columns, 3):
        write_text(sheet.cell(row, 1), column.heading)
        write_text(sheet.cell(row, 2), column.said)
        sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
        for number, value in enumerate(example_of(column, examples), 3):
            write_example_cell(sheet.cell(row, number), value, column)


def example_of(column, examples):
    if column.name in examples:
        return examples[column.name]
    chosen = column.choices[:2]
    return (chosen * 2)[:2] if chosen and (column.required or len(chosen) == 2) else [None, None]


def write_example_cell(cell, value, column):
    if isinstance(value, bool):
        value = _("yes") if value else _("no")
    if isinstance(value, str):
        write_text(cell, value)
    elif value is not None:
        cell.value, cell.number_format = value, column.format
    cell.alignment = Alignment(horizontal="left", vertical="top")


def sheet_title(text):
    return text[:31]
