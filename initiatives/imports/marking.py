"""The file that somebody brought, given back with what is wrong in it, to be corrected and brought again."""

import codecs
import csv
import io
import json
import re
import subprocess  # nosec B404: our own module, and no shell
import sys
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _
from openpyxl import Workbook

from will_portal.common.downloads import Lines
from will_portal.common.spreadsheets import Cells, Marked
from will_portal.common.tables import cells as typed
from will_portal.common.tables import marker
from will_portal.common.tables.escapes import escape, unescape
from will_portal.common.tables.layout import heading_key
from will_portal.common.tables.limits import PATIENCE
from will_portal.common.tables.reading import rows_of

# What Excel refuses in the name of a sheet and other programs allow, and how long a name may be.
NOT_IN_NAMES, LONGEST_NAME = re.compile(r"[\s\x00-\x1f\\/*?:\[\]]+"), 31
# The column of reasons by its heading in either language, as it is known again when the file comes back.
REASON_KEYS = {"errori da correggere", "errors to correct"}
CHUNK = 64 * 1024


def marked_file(run):
    """Return the name of the file with its wrong cells marked, and an iterator of its bytes."""
    suffix = _("to correct")
    stem = f"{Path(run.file_name).stem}-{suffix}"
    if run.understood["format"] == "csv":
        return f"{stem}.csv", marked_csv(run)
    return f"{stem}.xlsx", marked_workbook(run)


def headings_of(run):
    return [column["heading"] for column in run.understood["columns"]]


def reasons_by_row(run):
    """Yield (row, what is wrong with it in one cell), the first row first."""
    headings = headings_of(run)
    problems = run.problems.order_by("number", "column", "pk").iterator()
    for number, found in groupby(problems, lambda problem: problem.number):
        said = [
            problem.message if problem.column is None else f"{headings[problem.column]}: {problem.message}"
            for problem in found
        ]
        yield number, " ".join(" ".join(said).split())


def marked_csv(run):
    """Yield the lines as they came, in the same dialect and encoding, the reasons in front of them."""
    encoder = codecs.getincrementalencoder(encoding_for(run))("surrogateescape")
    with TemporaryFile() as file:
        file.writelines(run.file.chunks())
        file.seek(0)
        lines = io.TextIOWrapper(file, run.understood["encoding"], "surrogateescape", newline="")
        for line in with_reasons(lines, run.understood, headings_of(run), reasons_by_row(run)):
            yield encoder.encode(line)


def encoding_for(run):
    """The encoding of the file, or UTF-8 with its mark where that one does not hold what is to be said."""
    encoding = run.understood["encoding"]
    messages = run.problems.values_list("message", flat=True).distinct()
    try:
        "".join([_("Errors to correct"), *messages]).encode(encoding)
    except UnicodeEncodeError:
        return "utf-8-sig"
    return encoding


def with_reasons(lines, understood, headings, reasons):
    """Yield the records of a CSV file as they were written, a column of reasons in front of them.

    In front, since rows do not all end at the same column. The reasons of an earlier round are replaced.
    """
    delimiter = understood["delimiter"]
    writer = csv.writer(Lines(), delimiter=delimiter, lineterminator="")
    earlier = first_cell(delimiter) if heading_key(headings[0]) in REASON_KEYS else None
    heads = {understood["header_row"], *understood["repeated"]}
    awaited, reason = next(reasons, (None, ""))
    for number, (record, row) in enumerate(records(lines, delimiter), 1):
        if not any(row) or is_hint(number, record):
            yield record
            continue
        said = _("Errors to correct") if number in heads else ""
        if number == awaited:
            said = escape(reason)
            awaited, reason = next(reasons, (None, ""))
        if earlier and len(row) > 1:
            record = earlier.sub("", record, count=1)
        yield writer.writerow([said, ""]) + record


def records(lines, delimiter):
    """Yield each record of a CSV file as (how it was written, its cells)."""
    held = []

    def watched():
        for line in lines:
            held.append(line)
            yield line

    for row in csv.reader(watched(), delimiter=delimiter):
        yield "".join(held), row
        held.clear()


def first_cell(delimiter):
    mark = re.escape(delimiter)
    return re.compile(rf'\A(?:"(?:[^"]|"")*")?[^{mark}]*{mark}')


def is_hint(number, record):
    """Whether this is the line that tells Excel the delimiter."""
    return number == 1 and record.lower().startswith("sep=")


def marked_workbook(run):
    """Yield the workbook that came with its wrong cells marked; of a large one, or another kind, a copy."""
    with TemporaryDirectory() as folder:
        target = Path(folder, "marked.xlsx")
        if not marked_in_place(run, Path(folder), target):
            write_anew(run, target)
        with target.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


def marked_in_place(run, folder, target):
    """Mark the workbook itself, in a process that may run out of memory alone; return whether it is done."""
    if run.understood["format"] != "xlsx":
        return False
    source, marks = folder / "source.xlsx", folder / "marks.json"
    with source.open("wb") as file:
        file.writelines(run.file.chunks())
    if not marker.is_small(source):
        return False
    comments = [[row, column + 1, text] for (row, column), text in said_of_cells(run)]
    marks.write_text(json.dumps({"sheet": run.understood["sheet"], "comments": comments}))
    command = [sys.executable, "-m", marker.__name__, source, target, marks]
    try:
        ended = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, timeout=PATIENCE)  # nosec B603
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0


def said_of_cells(run):
    """Yield ((row, column), what is wrong there); what is said of a whole row stands at its first cell."""
    problems = run.problems.order_by("number", F("column").asc(nulls_first=True), "pk").iterator()
    by_cell = groupby(problems, lambda problem: (problem.number, problem.column or 0))
    for place, found in by_cell:
        yield place, " ".join(problem.message for problem in found)


def write_anew(run, target):
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(sheet_name(run.understood["sheet"]))
    cells = Cells(sheet)
    for row in laid_out(run, marked_rows(run)):
        sheet.append(cells.of(value) for value in row)
    workbook.save(target)


def sheet_name(name):
    """Return the name of a sheet as Excel takes it; of an empty one it makes its own."""
    return NOT_IN_NAMES.sub(" ", name)[:LONGEST_NAME].strip(" '")


def laid_out(run, rows):
    """Yield every row of the sheet, the empty ones too, so that rows keep their numbers."""
    above = {row: [text] for row, text in run.understood["titles"]}
    above[run.understood["header_row"]] = headings_of(run)
    at = 1
    for number, row in rows:
        for missing in range(at, number):
            yield above.get(missing, [])
        yield row
        at = number + 1


def marked_rows(run):
    """Yield (number, values) of the rows of data, what is wrong marked."""
    marks = said_of_cells(run)
    place, said = next(marks, (None, ""))
    for number, row in rows_of(run.plain.chunks()):
        values = [value_of(cell) for cell in row]
        while place and place[0] == number:
            values[place[1]] = Marked(values[place[1]], said)
            place, said = next(marks, (None, ""))
        yield number, values


def value_of(cell):
    """Return what a cell of the plain rows was in its spreadsheet: a number, a day, or text."""
    if not typed.is_typed(cell):
        return unescape(cell)
    if typed.is_empty_formula(cell):
        return None
    if day := typed.typed_day(cell):
        return day
    number = typed.typed_number(cell)
    if number is None:
        return typed.spelled(cell, "it")
    return int(number) if number == number.to_integral_value() else number
