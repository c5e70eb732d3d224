"""Workbooks (XLSX, ODS) as tables: which sheet, and its rows."""

from functools import lru_cache
from pathlib import Path
from zipfile import ZipFile

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from will_portal.common.tables.archives import Archive
from will_portal.common.tables.cells import CONTROL, typed
from will_portal.common.tables.escapes import escape
from will_portal.common.tables.layout import first_filled, known_in
from will_portal.common.tables.limits import MOST_COLUMNS, Refused
from will_portal.common.tables.marks import NoMarks, marks_of, read_part

CACHED = 20_000
# No program knows rows beyond this one; a file that does would be gone through for hours.
LAST_ROW = 1_048_576


class WorkbookTable:
    """The rows of the sheet that knows most headings."""

    def __init__(self, path, known, workdir):
        archive = Archive(path)
        self.kind = archive.kind()
        copy = Path(workdir, f"copy.{self.kind}")
        self.suspicious = archive.repack(copy)
        self.copy = copy
        if self.kind == "ods":
            self.refuse_malformed()
        try:
            self.workbook = CalamineWorkbook.from_path(copy)
            self.choose_sheet(known)
        except PasswordError:
            raise Refused("password") from None
        except CalamineError:
            raise Refused("damaged") from None

    def refuse_malformed(self):
        """Of XML that is cut off, the reader of values would never find the end."""
        try:
            with ZipFile(self.copy) as file:
                read_part(file, "content.xml", NoMarks())
        except (LookupError, SyntaxError, ValueError):
            raise Refused("damaged") from None

    def choose_sheet(self, known):
        shown = [
            sheet.name
            for sheet in self.workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
        ]
        self.names = shown
        best = None
        for name in shown:
            sheet = self.workbook.get_sheet_by_name(name)
            first = first_filled(rows_of_sheet(sheet, {}))
            if first:
                score = max(known_in(row, known) for _number, row in first)
                if best is None or score > best[0]:
                    best = score, name, sheet
        if best is None:
            raise Refused("empty")
        _score, self.name, self.sheet = best

    def facts(self):
        return {
            "format": self.kind,
            "encoding": "",
            "delimiter": "",
            "sheet": self.name,
            "sheets": self.names,
        }

    def rows(self):
        return rows_of_sheet(self.sheet, self.marks() if self.suspicious else {})

    def marks(self):
        try:
            with ZipFile(self.copy) as file:
                return marks_of(file, self.kind, self.name, self.suspicious)
        # Of parts, relations and references that lead nowhere, and of XML that ends too early.
        except (LookupError, StopIteration, SyntaxError, TypeError, ValueError):
            raise Refused("damaged") from None


def rows_of_sheet(sheet, marks):
    """Yield (number, cells), columns counted from the first of the sheet on."""
    if sheet.start is None and not marks:
        return
    left = sheet.start[1] if sheet.start else 0
    if sheet.end and sheet.end[1] >= MOST_COLUMNS:
        raise Refused("columns", limit=MOST_COLUMNS)
    if sheet.end and sheet.end[0] >= LAST_ROW:
        raise Refused("damaged")
    before = [""] * left
    for number, values in enumerate(sheet.iter_rows()):
        row = before + [value if value == "" else cell_of(value) for value in values]
        if number in marks:
            row = marked(row, marks[number])
        yield number + 1, row


# Cells repeat; True and 1.0 are different ones.
@lru_cache(CACHED, typed=True)
def cell_of(value):
    if value.__class__ is not str:
        return typed(value)
    if not value.isprintable():
        value = CONTROL.sub("", value)
    # As in the CSV of an export, so that an apostrophe in front is not taken for one of its.
    return escape(value)


def marked(row, marks):
    row = row + [""] * (max(marks) + 1 - len(row))
    for column, cell in marks.items():
        row[column] = cell
    return row
