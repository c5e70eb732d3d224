"""Workbooks as Excel opens them: numbers and days as such, and text that is never run as a formula."""

import re
from datetime import date, datetime
from decimal import Decimal
from tempfile import TemporaryFile
from typing import NamedTuple

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from will_portal.common.tables import marker
from will_portal.common.tables.escapes import escape

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DAY, MOMENT, AMOUNT, TEXT = "dd/mm/yyyy", "dd/mm/yyyy hh:mm", "#,##0.00", "@"
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
PART = 1024 * 1024
# What a cell of Excel holds, and widths at which a heading is read.
LONGEST, NARROW, WIDE = 32_767, 11, 48
HEADING_FILL = PatternFill("solid", fgColor="FFDDE8F5")


class Marked(NamedTuple):
    """A value with something to be said of it."""

    value: object
    said: str


def workbook_of(title, headings, rows):
    """Yield the bytes of a workbook of one sheet, whose first row holds the headings and stays in sight."""
    return workbook_of_tables([(title, headings, rows)])


def workbook_of_tables(tables):
    """Yield the bytes of a workbook with a sheet for each (title, headings, rows)."""
    workbook = Workbook(write_only=True)
    for table in tables:
        add_table(workbook, *table)
    with TemporaryFile() as file:
        workbook.save(file)
        file.seek(0)
        while part := file.read(PART):
            yield part


def add_table(workbook, title, headings, rows):
    sheet = workbook.create_sheet(title)
    sheet.freeze_panes = "A2"
    for number, heading in enumerate(headings, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width_of(heading)
    sheet.append([heading_cell(sheet, heading) for heading in headings])
    cells = Cells(sheet)
    for row in rows:
        # A generator, since each cell is written before the next one takes its place.
        sheet.append(cells.of(value) for value in row)


def width_of(heading):
    return min(max(len(heading) + 2, NARROW), WIDE)


def heading_cell(sheet, heading):
    cell = text_cell(sheet, heading)
    cell.font = Font(bold=True)
    cell.fill = HEADING_FILL
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def text_cell(sheet, text):
    cell = WriteOnlyCell(sheet)
    write_text(cell, text)
    cell.number_format = TEXT
    return cell


def write_text(cell, text):
    text = FORBIDDEN.sub("", str(text))[:LONGEST]
    cell.value = text
    # Guessed from its beginning, it would be a formula or an error.
    cell.data_type = "s"


class Cells:
    """The cells of a sheet, one for each kind of value, filled anew each time."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.text, self.runs = text_cell(sheet, ""), text_cell(sheet, "")
        # Edited in Excel, it stays the text that it is.
        self.runs.quotePrefix = True
        self.formats = {name: WriteOnlyCell(sheet) for name in [DAY, MOMENT, AMOUNT]}
        for name, cell in self.formats.items():
            cell.number_format = name

    def of(self, value):
        """Return what a sheet takes for the value: a bare number or None, or a cell with its format."""
        if value is None:
            return None
        if isinstance(value, Marked):
            return self.marked(value)
        if isinstance(value, bool):
            value = _("yes") if value else _("no")
        if isinstance(value, str):
            return self.of_text(value) if value else None
        if name := format_of(value):
            cell = self.formats[name]
            cell.value = value
            return cell
        return value

    def of_text(self, text):
        cell = self.text if escape(text) == text else self.runs
        write_text(cell, text)
        return cell

    def marked(self, marked):
        """Return a cell of its own, in the colour and with the comment of a wrong one."""
        cell = WriteOnlyCell(self.sheet)
        if isinstance(marked.value, str):
            write_text(cell, marked.value)
        else:
            cell.value = marked.value
        cell.number_format = format_of(marked.value) or TEXT
        cell.fill, cell.comment = marker.YELLOW, marker.comment_of(marked.said)
        return cell


def format_of(value):
    if isinstance(value, datetime):
        return MOMENT
    if isinstance(value, date):
        return DAY
    return AMOUNT if isinstance(value, Decimal) else None
