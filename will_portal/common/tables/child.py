"""Reads a file in a process of its own, whose memory and time are limited. No Django in here.

It takes {"path", "known", "workdir"} as JSON, writes `plain.csv` into that folder and answers with what it
understood, or with the reason why not.
"""

import csv
import json
import sys
from pathlib import Path

from will_portal.common.tables.layout import Layout
from will_portal.common.tables.limits import Refused, limit_this_process
from will_portal.common.tables.text import TextTable

PLAIN = "plain.csv"
ARCHIVE = b"PK\x03\x04"
EMPTY_ARCHIVE = b"PK\x05\x06"
OLD_CONTAINER = b"\xd0\xcf\x11\xe0"
OLD_SHEET = b"\x09\x08"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def main():
    limit_this_process()
    order = json.load(sys.stdin)
    try:
        answer = {"understood": take_apart(Path(order["path"]), set(order["known"]), Path(order["workdir"]))}
    except Refused as refused:
        answer = {"refused": refused.code, "values": refused.values}
    except MemoryError:
        answer = {"refused": "too_much", "values": {}}
    json.dump(answer, sys.stdout)


def take_apart(path, known, workdir):
    table = open_table(path, known, workdir)
    layout = Layout(known)
    plain = workdir / PLAIN
    write_plain(plain, layout.data_of(table.rows()))
    if not layout.rows:
        raise Refused("no_rows")
    if layout.overlong:
        widen(plain, 1 + len(layout.samples))
    facts = table.facts()
    if facts["delimiter"] == "," and len(layout.overlong) * 2 > layout.rows:
        raise Refused("commas", row=layout.overlong[0])
    return facts | layout.facts()


def open_table(path, known, workdir):
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith((ARCHIVE, EMPTY_ARCHIVE)):
            # Compiled code, which text files do not need.
            from will_portal.common.tables.workbooks import WorkbookTable

            return WorkbookTable(path, known, workdir)
        content = start + file.read()
    if content.startswith(OLD_CONTAINER):
        raise Refused("password" if ENCRYPTED in content else "old_format")
    if content.startswith(OLD_SHEET):
        raise Refused("old_format")
    return TextTable(content, known)


def write_plain(plain, rows):
    """Write the number of each row and its cells; newlines of both kinds inside cells are quoted."""
    with plain.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerows([number, *row] for number, row in rows)


def widen(plain, width):
    """Fill up all rows to the longest."""
    narrow = plain.with_name("narrow.csv")
    plain.rename(narrow)
    with narrow.open(encoding="utf-8", newline="") as rows:
        filled = (row + [""] * (width - len(row)) for row in csv.reader(rows))
        write_plain(plain, ((row[0], row[1:]) for row in filled))
    narrow.unlink()
