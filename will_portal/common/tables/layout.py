"""Where the table is on a sheet: titles, the row of headings, rows of data, rows that repeat or sum up.

Rows are pairs of the number in the file, the first is 1, and the cells, all text as in cells.py.
"""

import re
import unicodedata
from itertools import chain, islice

from will_portal.common.tables.cells import is_typed, plain_text, spelled
from will_portal.common.tables.limits import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, MOST_TOTALS, Refused

# Rows among which the headings are looked for, columns' samples, and totals whose cells are shown.
FIRST_ROWS, SAMPLES, TOTALS_SHOWN, LONGEST_SHOWN = 30, 3, 10, 200
# After so many rows a sample is only taken of a column that has none.
SAMPLED_ROWS = 1000
NOT_WORDS = re.compile(r"[\W_]+")
COMBINING = re.compile("[\u0300-\u036f]")
NUMERIC = re.compile(r"[\s0-9.,:/€%+()-]*(?:eur|euro)?", re.IGNORECASE)
TOTAL = re.compile(
    r"(?:sub ?|grand )?(?:tot|totale|totali|total|totals)(?: [^ ]+){0,4}|somma|sum|complessiv[oi](?: [^ ]+)?"
)


def heading_key(text):
    """Return a heading without accents, capitals and punctuation, by which it is known again."""
    plain = COMBINING.sub("", unicodedata.normalize("NFKD", text)).lower()
    return NOT_WORDS.sub(" ", plain).strip()[:100].strip()


def is_blank(row):
    joined = "".join(row)
    return not joined or joined.isspace()


def first_filled(rows):
    """Return the rows in which the headings may be, out of an iterator."""
    return list(islice((entry for entry in rows if not is_blank(entry[1])), FIRST_ROWS))


def known_in(row, known):
    """Return how many headings of a row are known; one alone among many is a word that happens to be one."""
    keys = {heading_key(plain_text(cell)) for cell in row} - {""}
    found = len(keys & known)
    return found if found > 1 or found * 2 >= len(keys) else 0


def find_header(rows, known):
    """Return the (number, cells) among the first rows that knows most headings, else has most words."""
    return max(rows, key=lambda entry: (known_in(entry[1], known), words_in(entry[1])))


def words_in(row):
    return sum(1 for cell in row if cell.strip() and not is_typed(cell) and not NUMERIC.fullmatch(cell))


def filled_width(row):
    return next((number for number in range(len(row), 0, -1) if row[number - 1].strip()), 0)


class Layout:
    """Goes through the rows of a sheet once and remembers what there is beside the rows of data."""

    def __init__(self, known):
        self.known = known
        self.header_row, self.header, self.width, self.rows = None, [], 0, 0
        self.titles, self.blank, self.repeated, self.totals, self.overlong = [], 0, [], [], []

    def data_of(self, rows):
        """Yield the number and the cells of each row of data, as many as there are headings or more."""
        rows = iter(rows)
        first = list(self.until_filled(rows))
        filled = [entry for entry in first if not is_blank(entry[1])]
        if not filled:
            raise Refused("empty")
        self.header_row, header = find_header(filled, self.known)
        self.take_header(header)
        above = [entry for entry in filled if entry[0] < self.header_row]
        self.titles = [[number, title_of(row)] for number, row in above]
        below = (entry for entry in chain(first, rows) if entry[0] > self.header_row)
        return self.data_below(below)

    def until_filled(self, rows):
        filled = 0
        for entry in rows:
            yield entry
            filled += not is_blank(entry[1])
            if filled == FIRST_ROWS:
                return

    def take_header(self, header):
        self.width = filled_width(header)
        if self.width > MOST_COLUMNS:
            raise Refused("columns", limit=MOST_COLUMNS)
        self.header = [plain_text(cell)[:LONGEST_SHOWN] for cell in header[: self.width]]
        self.samples = [[] for _ in self.header]
        self.hungry = list(range(self.width))
        self.headings = header[: self.width]
        self.marker = next(number for number, cell in enumerate(self.headings) if cell.strip())

    def data_below(self, rows):
        blank, width, marker, heading = 0, self.width, self.marker, self.headings[self.marker]
        for number, row in rows:
            joined = "".join(row)
            if not joined or joined.isspace():
                blank += 1
                continue
            self.blank, blank = self.blank + blank, 0
            if len(joined) > LONGEST_CELL and max(map(len, row)) > LONGEST_CELL:
                raise Refused("long_cell", row=number, limit=LONGEST_CELL)
            if len(row) > marker and row[marker] == heading and row[:width] == self.headings:
                self.repeated.append(number)
                continue
            if len(row) > width:
                row = self.cut(number, row)
            elif len(row) < width:
                row = row + [""] * (width - len(row))
            self.rows += 1
            if self.rows > MOST_ROWS:
                raise Refused("rows", limit=MOST_ROWS)
            self.look_at(number, row)
            yield number, row

    def cut(self, number, row):
        """Return a row that is longer than the headings without its empty end."""
        if not any(row[self.width :]):
            return row[: self.width]
        row = row[: max(filled_width(row), self.width)]
        extra = len(row) - len(self.samples)
        if len(row) > MOST_COLUMNS:
            raise Refused("wide_row", row=number, limit=MOST_COLUMNS)
        if extra > 0:
            self.hungry.extend(range(len(self.samples), len(row)))
            self.samples.extend([] for _ in range(extra))
        if len(row) > self.width:
            self.overlong.append(number)
        return row

    def look_at(self, number, row):
        start = row[0] or next(filter(None, row))
        if start[:1] in "tTsSgGcC \u00a0" and is_total(row):
            self.add_total(number, row)
        if self.hungry:
            self.take_samples(row)

    def add_total(self, number, row):
        if len(self.totals) == MOST_TOTALS:
            raise Refused("totals", limit=MOST_TOTALS)
        shown = row if len(self.totals) < TOTALS_SHOWN else []
        self.totals.append({"row": number, "cells": [cell[:LONGEST_SHOWN] for cell in shown]})

    def take_samples(self, row):
        for column in self.hungry:
            if column < len(row) and (cell := row[column]) and not cell.isspace():
                samples = self.samples[column]
                if cell[:LONGEST_SHOWN] not in samples:
                    samples.append(cell[:LONGEST_SHOWN])
        if self.rows % 50 == 0:
            enough = SAMPLES if self.rows < SAMPLED_ROWS else 1
            self.hungry = [column for column in self.hungry if len(self.samples[column]) < enough]

    def facts(self):
        """Return what was found as JSON can keep it."""
        headings = self.header + [""] * (len(self.samples) - self.width)
        columns = [
            {"heading": heading, "samples": samples[:SAMPLES]}
            for heading, samples in zip(headings, self.samples, strict=True)
        ]
        return {
            "header_row": self.header_row,
            "rows": self.rows,
            "width": len(columns),
            "columns": columns,
            "titles": self.titles,
            "blank": self.blank,
            "repeated": self.repeated,
            "totals": self.totals,
            "overlong": self.overlong,
        }


def title_of(row):
    return " ".join(spelled(cell, "it") for cell in row if cell.strip())[:LONGEST_SHOWN]


def is_total(row):
    """Whether a row begins with the word for a sum, and has nothing but numbers beside it."""
    cells = [cell for cell in row if cell.strip()]
    numbers = all(is_typed(cell) or NUMERIC.fullmatch(cell) for cell in cells[1:])
    return numbers and TOTAL.fullmatch(heading_key(cells[0])) is not None
