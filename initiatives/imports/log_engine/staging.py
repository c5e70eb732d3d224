"""From cells to typed rows: each distinct value of a column is read once, by the widget of that column."""

from datetime import date
from decimal import Decimal
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import NamedTuple

from django.core.exceptions import ValidationError

from initiatives.imports.errors import SendBack, shifted
from initiatives.imports.shown import shown

TYPES = {
    "id": "uuid",
    "initiative": "text",
    "day": "date",
    "month": "date",
    "whole_month": "boolean",
    "kind": "text",
    "place": "text",
    "delivered_by": "text",
    "people_served": "integer",
    "new_people": "integer",
    "living_elsewhere": "integer",
    "households": "integer",
    "contacts": "integer",
    "hours": "numeric(8, 2)",
    "volunteer_hours": "numeric(8, 2)",
    "cost": "numeric(14, 2)",
    "note": "text",
    "reference": "text",
}
# An empty cell of these is an empty text, of the others nothing known.
WORDS = ["place", "note", "reference"]
PARTS = "parts"
# Stands among the wrong fields of a row that is wrong as a whole.
ROW = "row"
# What the codes of a row meant when it was checked.
KEYS = "_keys"
CHUNK = 5_000
MOST_CACHED = 200_000
MOST_PROBLEMS = 200_000
IN_MEMORY = 16 * 1024 * 1024
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def spool():
    return SpooledTemporaryFile(IN_MEMORY, "w+", encoding="utf-8", newline="\n")


def send(cursor, statement, file):
    file.seek(0)
    with cursor.copy(statement) as copy:
        while block := file.read(IN_MEMORY):
            copy.write(block)


def keys_json(alias):
    return f"jsonb_build_array({alias}.initiative_id, {alias}.kind_id, {alias}.delivered_by_id)"


class Problem(NamedTuple):
    number: int
    column: int | None
    field: str
    value: str
    message: str


def as_copy_text(value):
    """Write a value as COPY's text format wants it."""
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).translate(ESCAPES)


class ReadColumn:
    """A column of the file and what each of its distinct cells comes to."""

    def __init__(self, index, name, column, language):
        self.index, self.name, self.column, self.language = index, name, column, language
        self.read, self.wrong = {}, {}

    def learn(self, cells):
        if len(self.read) > MOST_CACHED:
            self.read.clear()
            self.wrong.clear()
        for cell in set(cells) - self.read.keys():
            try:
                value = self.column.widget.clean(cell)
            except ValidationError as error:
                self.wrong[cell] = " ".join(error.messages)
                value = None
            self.read[cell] = as_copy_text("" if value is None and self.name in WORDS else value)

    def problem(self, number, cell):
        return Problem(number, self.index, self.name, shown(cell, self.name, self.language), self.wrong[cell])


class Staging:
    """The rows of a file on their way into the temporary tables of one connection."""

    def __init__(self, resource, mapping, defaults, language, overlong=()):
        columns = resource.columns()
        read = [ReadColumn(index, name, columns[name], language) for index, name in mapping.items()]
        self.fields = [column for column in read if column.name in TYPES]
        self.cells = [column for column in read if column.name not in TYPES]
        self.resource = resource
        self.order = [column.name for column in self.fields]
        # What stands in every row although the file does not say it.
        self.defaults = {name: value for name, value in defaults.items() if name not in self.order}
        self.problems, self.overlong = [], set(overlong)

    @property
    def mapped(self):
        return [*self.order, *self.defaults]

    def fill(self, cursor, rows, progress):
        """Take an iterator of (number, cells); afterwards `problems` holds the wrong cells."""
        names = ", ".join(["number", *self.order, *self.defaults, "wrong"])
        # Read to the end before the copying begins: widgets look things up on the same connection.
        with spool() as lines, spool() as parts:
            self.read(rows, lines, parts, progress)
            send(cursor, f"COPY staged ({names}) FROM STDIN", lines)
            send(cursor, "COPY staged_parts FROM STDIN", parts)

    def read(self, rows, lines, parts, progress):
        rows = iter(rows)
        fixed = "".join("\t" + as_copy_text(value) for value in self.defaults.values())
        while chunk := list(islice(rows, CHUNK)):
            lines.write(self.lines(chunk, fixed, parts))
            progress.rows(chunk[-1][0])
            self.refuse_hopeless()

    def refuse_hopeless(self):
        if len(self.problems) > MOST_PROBLEMS:
            raise SendBack.too_many_problems(MOST_PROBLEMS)

    def lines(self, chunk, fixed, parts):
        numbers = [number for number, _cells in chunk]
        wrong = {}
        read = []
        for column in [*self.fields, *self.cells]:
            cells = [cells[column.index] for _number, cells in chunk]
            column.learn(cells)
            if not column.wrong.keys().isdisjoint(cells):
                self.note(column, numbers, cells, wrong)
            read.append([column.read[cell] for cell in cells])
        for number in self.overlong.intersection(numbers):
            self.problems.append(Problem(number, None, "", "", shifted()))
            wrong.setdefault(number, set()).add(ROW)
        if self.cells:
            self.write_parts(numbers, read[len(self.fields) :], parts)
        marks = [
            "{" + ",".join(sorted(wrong[number])) + "}" if number in wrong else "{}" for number in numbers
        ]
        rows = map("\t".join, zip(map(str, numbers), *read[: len(self.fields)], strict=True))
        return "".join(f"{row}{fixed}\t{mark}\n" for row, mark in zip(rows, marks, strict=True))

    def note(self, column, numbers, cells, wrong):
        field = column.name if column.name in TYPES else PARTS
        for number, cell in zip(numbers, cells, strict=True):
            if cell in column.wrong:
                self.problems.append(column.problem(number, cell))
                wrong.setdefault(number, set()).add(field)

    def write_parts(self, numbers, read, parts):
        """Write a line for each part that a row has: what is new of it stands beside how many it is."""
        nothing = as_copy_text(None)
        by_cell = {}
        for column, values in zip(self.cells, read, strict=True):
            by_cell.setdefault(column.column.cell, {})[column.column.what] = values
        empty = [nothing] * len(numbers)
        for key, values in by_cell.items():
            words = "\t".join(key)
            for number, people, new in zip(
                numbers, values.get("people", empty), values.get("new", empty), strict=True
            ):
                if people != nothing or new != nothing:
                    parts.write(f"{number}\t{words}\t{people}\t{new}\n")


def prepare(cursor):
    """Make the temporary tables of one transaction."""
    columns = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
    cursor.execute(
        f"CREATE TEMPORARY TABLE staged (number int, {columns}, wrong text[] NOT NULL DEFAULT '{{}}')"
        " ON COMMIT DROP"
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE staged_parts (number int, sex text, age_band text, citizenship text,"
        " people int, new_people int) ON COMMIT DROP"
    )
