"""Text files as tables: which encoding, which separator, and the rows."""

import csv
import io
import re
from collections import Counter
from itertools import chain, islice

from will_portal.common.tables.cells import CONTROL
from will_portal.common.tables.layout import find_header, first_filled, known_in
from will_portal.common.tables.limits import LONGEST_CELL, Refused

DELIMITERS = ";\t,"
SAMPLE, SAMPLE_ROWS = 256 * 1024, 200
# No text has this after the control characters are gone, so that it comes back alone unless a quotation mark
# before it was never closed.
END = "\x1f"
HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
MARKS = [
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", None),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
]
# Accented letters, quotation marks and signs in UTF-8; in Windows-1252 the same bytes make no word.
LEADS = [b"\xc2", b"\xc3", b"\xe2"]
MANY_BYTES = re.compile(rb"[\xc2\xc3][\x80-\xbf]|\xe2[\x80\x82][\x80-\xbf]")
# Letters of MS-DOS and of old Macintoshes: signs unknown to Windows-1252, or not behind a small letter.
UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
MISPLACED = re.compile(rb"[\x82\x88\x8a\x8e\x95\x98](?<=[a-z].)(?![A-Za-z])|\x85(?<=t.)")
MARKUP = re.compile(r"\s*<(?:!doctype|\?xml|html|head|meta|table|body|style|div|\w+:)", re.IGNORECASE)
NO_TABLE = re.compile(r'%PDF|%!PS|\{\\rtf|\s*[\[{]\s*["\[{]')


def decoded(content):
    """Return the text, without a mark at its beginning, and the name of its encoding."""
    encoding = encoding_of(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Refused("encoding") from None
    if "\0" in text:
        raise Refused("not_table")
    return text, encoding


def encoding_of(content):
    for mark, encoding in MARKS:
        if content.startswith(mark):
            if not encoding:
                raise Refused("encoding")
            return encoding
    if b"\0" in content:
        return encoding_of_pairs(content)
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return single_byte_encoding(content, error.start)
    return "utf-8"


def encoding_of_pairs(content):
    """Return which half of the pairs is empty: in UTF-16 one is, for Latin letters."""
    start = content[:4096]
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if odd * 3 > len(start) and even * 20 < len(start):
        return "utf-16-le"
    if even * 3 > len(start) and odd * 20 < len(start):
        return "utf-16-be"
    raise Refused("not_table")


def single_byte_encoding(content, first_wrong):
    if any(lead in content for lead in LEADS) and MANY_BYTES.search(content):
        raise Refused("mixed_encodings", line=content.count(b"\n", 0, first_wrong) + 1)
    if len(content.translate(None, UNDEFINED)) < len(content) or MISPLACED.search(content):
        raise Refused("encoding")
    return "cp1252"


class TextTable:
    """The rows of a text file."""

    def __init__(self, content, known):
        text, self.encoding = decoded(content)
        if MARKUP.match(text):
            raise Refused("web_page")
        if NO_TABLE.match(text):
            raise Refused("not_table")
        if not text.strip(f"{DELIMITERS} \r\n"):
            raise Refused("empty")
        self.text = CONTROL.sub("", text) if CONTROL.search(text) else text
        hint = HINT.match(self.text)
        self.delimiter, self.width = (hint[1], 0) if hint else find_delimiter(self.text, known)
        self.hinted = hint is not None

    def facts(self):
        return {
            "format": "csv",
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": "",
            "sheets": [],
        }

    def rows(self):
        """Yield (number, cells); each record counts as one row, as in a spreadsheet."""
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(chain(io.StringIO(self.text, newline=""), [END]), delimiter=self.delimiter)
        number = line = 0
        try:
            for number, row in enumerate(reader, 1):
                if reader.line_num > line + 1:
                    self.refuse_swallowed(number, row)
                line = reader.line_num
                if row == [END]:
                    return
                yield number, [] if self.hinted and number == 1 else row
        except csv.Error:
            raise Refused("long_cell", row=number + 1, limit=LONGEST_CELL) from None

    def refuse_swallowed(self, number, row):
        """Refuse a row that holds the end, or whole other rows, because of a quotation mark."""
        most = self.width - 1
        for cell in row:
            lines = cell.splitlines() if "\n" in cell or "\r" in cell else []
            if END in cell or any(line.count(self.delimiter) >= most > 1 for line in lines):
                raise Refused("quotation_mark", row=number)


def find_delimiter(text, known):
    """Return the separator under which most headings are known and most rows are as wide as they are."""
    sample = text[:SAMPLE]
    if len(text) > SAMPLE:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    found = [(score(sample, delimiter, known), delimiter) for delimiter in DELIMITERS]
    (*_, width), delimiter = max(found, key=lambda entry: entry[0])
    return delimiter, width


def score(sample, delimiter, known):
    """Return the known headings, the share of rows as wide as they are, and the width."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    try:
        rows = first_filled(enumerate(reader)) or [(0, [])]
        header = find_header(rows, known)
        below = [row for number, row in rows if number > header[0]]
        below.extend(row for row in islice(reader, SAMPLE_ROWS) if row)
    except csv.Error:
        return (-1, 0.0, 0)
    width = len(header[1])
    fitting = Counter(len(row) == width for row in below)[True]
    return (known_in(header[1], known), fitting / (len(below) or 1) if width > 1 else 0.0, width)
