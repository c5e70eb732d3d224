"""Cells of a workbook that have no value of their own: errors, and formulas that nobody has calculated yet.

The reader of values gives both as empty, which they are not.
"""

import posixpath
import re
from collections import defaultdict
from itertools import product

from defusedxml.ElementTree import XMLParser, parse

from will_portal.common.tables.cells import EMPTY_FORMULA, TYPED
from will_portal.common.tables.limits import MOST_COLUMNS, MOST_ROWS

CHUNK = 1024 * 1024
SAID_ERROR = re.compile(r"#[A-Z0-9/À-Ü]+[!?]|#N/[AD]|(?:Err|Errore):[0-9]+")
ERROR_VALUE = f"{TYPED}#VALUE!"
LETTERS = re.compile("[A-Z]+")


def local(tag):
    return tag.rpartition("}")[2]


def attribute(attributes, name):
    return next((value for key, value in attributes.items() if local(key) == name), None)


def marks_of(file, kind, sheet, suspicious):
    """Return {row: {column: cell}} of a sheet, both counted from 0 on."""
    if kind == "ods":
        return read_part(file, "content.xml", OpenDocumentMarks(sheet)) if "content.xml" in suspicious else {}
    part = part_of_sheet(file, sheet)
    return read_part(file, part, ExcelMarks()) if part in suspicious else {}


def read_part(file, part, target):
    parser = XMLParser(target=target, forbid_dtd=True)
    with file.open(part) as content:
        while chunk := content.read(CHUNK):
            parser.feed(chunk)
    parser.close()
    return target.marks


def part_of_sheet(file, sheet):
    workbook = target_of(file, "", lambda kind, _number: kind.endswith("/officeDocument"))
    with file.open(workbook) as content:
        sheets = [
            element for element in parse(content, forbid_dtd=True).iter() if local(element.tag) == "sheet"
        ]
    number = next(attribute(each.attrib, "id") for each in sheets if each.get("name") == sheet)
    return target_of(file, workbook, lambda _kind, found: found == number)


def target_of(file, part, wanted):
    """Return the first part that another one, or the archive itself, says is related to it as wanted."""
    folder, name = posixpath.split(part)
    with file.open(posixpath.join(folder, "_rels", f"{name}.rels")) as content:
        related = list(parse(content, forbid_dtd=True).getroot())
    found = next(each.get("Target") for each in related if wanted(each.get("Type", ""), each.get("Id")))
    return posixpath.normpath(posixpath.join("/", folder, found)).lstrip("/")


class NoMarks:
    """Takes no events: what is left is whether the XML is well-formed."""

    marks = {}

    def close(self):
        """The parser asks for it."""


class ExcelMarks:
    """Takes the events of a worksheet's XML."""

    def __init__(self):
        self.marks = defaultdict(dict)
        self.row = self.column = -1
        self.kind, self.text, self.inside = None, "", None
        self.has_formula = self.has_value = False

    def start(self, tag, attributes):
        tag = local(tag)
        if tag == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = -1
        elif tag == "c":
            self.column = column_of(attributes["r"]) if "r" in attributes else self.column + 1
            self.kind, self.text, self.has_formula, self.has_value = attributes.get("t"), "", False, False
        elif tag == "f":
            self.has_formula = True
        elif tag == "v":
            # The empty text is a value of a formula too; an empty number is none.
            self.has_value = self.kind == "str"
            self.inside = tag

    def data(self, data):
        if self.inside:
            self.text += data

    def end(self, tag):
        tag = local(tag)
        if tag == "v":
            self.inside = None
        elif tag == "c":
            self.finish_cell()

    def finish_cell(self):
        if self.kind == "e" and self.text.strip():
            self.marks[self.row][self.column] = TYPED + self.text.strip()
        elif self.has_formula and not self.has_value and not self.text.strip():
            self.marks[self.row][self.column] = EMPTY_FORMULA

    def close(self):
        """The parser asks for it."""


def column_of(reference):
    number = 0
    for letter in LETTERS.match(reference)[0]:
        number = number * 26 + ord(letter) - 64
    return number - 1


class OpenDocumentMarks:
    """Takes the events of the XML of all sheets, and looks at one."""

    def __init__(self, sheet):
        self.sheet = sheet
        self.marks = defaultdict(dict)
        self.here = False
        self.row = self.column = 0
        self.cell, self.text = None, ""

    def start(self, tag, attributes):
        tag = local(tag)
        if tag == "table":
            self.here = attribute(attributes, "name") == self.sheet
            self.row = 0
        elif tag == "table-row":
            self.repeated_rows = int(attribute(attributes, "number-rows-repeated") or 1)
            self.column = 0
        elif tag in ("table-cell", "covered-table-cell"):
            self.cell, self.text = attributes, ""

    def data(self, data):
        if self.cell is not None:
            self.text += data

    def end(self, tag):
        tag = local(tag)
        if tag == "table-row":
            self.row += self.repeated_rows
        elif tag in ("table-cell", "covered-table-cell"):
            width = int(attribute(self.cell, "number-columns-repeated") or 1)
            mark = self.mark() if self.here else None
            if mark:
                rows = range(self.row, min(self.row + self.repeated_rows, MOST_ROWS))
                for row, column in product(rows, range(self.column, min(self.column + width, MOST_COLUMNS))):
                    self.marks[row][column] = mark
            self.column += width
            self.cell = None

    def mark(self):
        formula = attribute(self.cell, "formula")
        kinds = [value for key, value in self.cell.items() if local(key) == "value-type"]
        text = self.text.strip()
        if "error" in kinds or formula and SAID_ERROR.fullmatch(text):
            return TYPED + text if text.startswith("#") else ERROR_VALUE
        return EMPTY_FORMULA if formula and not kinds else None

    def close(self):
        """The parser asks for it."""
