"""Files that offices bring, read as rows: by a child process, since nobody knows what is in them."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

from django.utils.functional import lazy
from django.utils.translation import gettext, gettext_noop

from will_portal.common.numbers import spell_number
from will_portal.common.tables.limits import LARGEST, MEGABYTE, PATIENCE

PACKAGE = Path(__file__).resolve().parents[2]
# The project around the child would bring Celery and Django along.
START = """\
import sys, types
project = types.ModuleType("will_portal")
project.__path__ = [sys.argv[1]]
sys.modules["will_portal"] = project
from will_portal.common.tables.child import main
main()
"""
BUFFER = 256 * 1024


class Understood(TypedDict):
    """How a file was read: what an ImportRun keeps of it as JSON.

    Rows have the number that a spreadsheet shows; cells and samples are as in plain. `rows` counts those of
    `totals` as well, of which the first alone keep their cells. `overlong` are rows that have more filled
    cells than there are headings; the columns without a heading that these make come last.
    """

    format: str
    encoding: str
    delimiter: str
    sheet: str
    sheets: list[str]
    header_row: int
    rows: int
    width: int
    columns: list[dict]
    titles: list[list]
    blank: int
    repeated: list[int]
    totals: list[dict]
    overlong: list[int]


class Unreadable(Exception):
    """A file that is no table, or more than is read; `sentence`, a lazy one, says so."""

    def __init__(self, code, values=None):
        super().__init__(code)
        self.code, self.values = code, values or {}

    @property
    def sentence(self):
        return lazy(self.say, str)()

    def say(self):
        limit = self.values.get("limit")
        return gettext(SENTENCES[self.code]) % (self.values | {"limit": limit and spell_number(limit)})

    def __str__(self):
        return self.say()


def read(path, name, known_headings, workdir):
    """Return what was understood of a file, and the path of its rows as plain CSV inside the folder.

    `known_headings` are keys as of layout.heading_key, by which the row of headings and the sheet are found.
    Raises Unreadable.
    """
    size = Path(path).stat().st_size
    if size > LARGEST:
        raise Unreadable("too_large", {"limit": LARGEST // MEGABYTE})
    if not size:
        raise Unreadable("empty")
    answer = ask_child(name, {"path": str(path), "known": sorted(known_headings), "workdir": str(workdir)})
    if "refused" in answer:
        raise Unreadable(answer["refused"], answer["values"])
    return answer["understood"], Path(workdir, "plain.csv")


def ask_child(name, order):
    command = [sys.executable, "-I", "-c", START, str(PACKAGE)]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(order),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("too_much") from None
    if done.returncode < 0:
        raise Unreadable("too_much")
    if done.returncode:
        raise RuntimeError(f"The reader of tables failed on {name}: {done.stderr[-2000:]}")
    return json.loads(done.stdout)


class Chunks(io.RawIOBase):
    """Bytes that come in parts, as a file."""

    def __init__(self, chunks):
        self.chunks, self.held = iter(chunks), b""

    def readable(self):
        return True

    def readinto(self, buffer):
        while not self.held:
            self.held = next(self.chunks, None)
            if self.held is None:
                self.held = b""
                return 0
        size = min(len(buffer), len(self.held))
        buffer[:size], self.held = self.held[:size], self.held[size:]
        return size


def rows_of(chunks):
    """Yield (number in the file, cells) from the bytes of a plain CSV."""
    file = io.BufferedReader(Chunks(chunks), BUFFER)
    with io.TextIOWrapper(file, encoding="utf-8", newline="") as lines:
        for number, *cells in csv.reader(lines):
            yield int(number), cells


SENTENCES = {
    "too_large": gettext_noop("The file has more than %(limit)s MB: send it in parts."),
    "empty": gettext_noop("The file is empty."),
    "no_rows": gettext_noop("The file has headings, but no row below them."),
    "not_table": gettext_noop(
        "The file is not a table: save it as XLSX, ODS or CSV in the spreadsheet program and send that one."
    ),
    "old_format": gettext_noop(
        "This format of spreadsheets is not read: open the file in the spreadsheet program, save it as XLSX "
        "and send that one."
    ),
    "web_page": gettext_noop(
        "The file is a web page or XML, whatever its name says: open it in the spreadsheet program, save it "
        "as XLSX and send that one."
    ),
    "password": gettext_noop("The file is protected by a password: save it without one and send it again."),
    "bomb": gettext_noop(
        "The file unpacks to more than is allowed: copy the table into a new workbook, save it and send that."
    ),
    "entities": gettext_noop(
        "The file holds declarations that no spreadsheet program writes: open it there, save it anew as XLSX "
        "and send that one."
    ),
    "damaged": gettext_noop(
        "The file is damaged: open it in the spreadsheet program, save it anew as XLSX and send that one."
    ),
    "encoding": gettext_noop(
        "The letters of the file are written in a way that is not read: save it as “CSV UTF-8” or as XLSX."
    ),
    "mixed_encodings": gettext_noop(
        "The file is partly in UTF-8 and partly, as in line %(line)s, in another encoding: save it as “CSV "
        "UTF-8” or as XLSX, and check the accents."
    ),
    "quotation_mark": gettext_noop(
        "In row %(row)s a quotation mark is opened and not closed, so that other rows vanish in the cell: "
        "correct it, or save the table as XLSX."
    ),
    "long_cell": gettext_noop(
        "Row %(row)s has a cell of more than %(limit)s characters: perhaps a quotation mark is not closed."
    ),
    "commas": gettext_noop(
        "From row %(row)s on, rows have more cells than there are headings: the commas that separate cells "
        "are also inside them. Save the table as XLSX."
    ),
    "wide_row": gettext_noop("Row %(row)s has more than %(limit)s cells."),
    "columns": gettext_noop("The table has more than %(limit)s columns."),
    "rows": gettext_noop("The table has more than %(limit)s rows: send it in parts."),
    "totals": gettext_noop(
        "More than %(limit)s rows hold only totals: delete these rows and send the file anew."
    ),
    "too_much": gettext_noop(
        "Reading the file takes more memory or time than is allowed: copy the table into a new workbook, "
        "save it and send that."
    ),
}
