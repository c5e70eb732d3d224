"""Workbooks are ZIP archives of XML: looked through before anything reads them, and packed anew.

What a reader gets is a copy of the parts that were looked at, so that no two programs see two archives in one
file, and no size is believed that only the file claims.
"""

import re
import struct
import zlib
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from will_portal.common.tables.limits import (
    HIGHEST_RATIO,
    LARGEST_UNPACKED,
    MOST_MEMBERS,
    RATIO_FROM,
    Refused,
)

CHUNK = 1024 * 1024
LOCAL_HEADER = struct.Struct("<4s22xHH")
ENCRYPTED = 1
# Apple's and Excel's binary workbooks.
OTHER_WORKBOOKS = ("xl/workbook.bin", "Index/Document.iwa")
OPEN_DOCUMENT = b"application/vnd.oasis.opendocument.spreadsheet"
DECLARATION = re.compile(rb"<![dDeE]")
VALUELESS = rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v[^>]*>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
# What all of those below have one of, since looking for that alone is quick.
TELLTALES = [b'"e"', b"'e'", b"<f", b":f", b'"error"', b"'error'"]
# Errors, and formulas that seem to have no stored value, of Excel; all formulas of OpenDocument.
SUSPICIOUS = re.compile(
    rb"""\bt=["']e["']|</(?:\w+:)?f>\s*%(none)s|<(?:\w+:)?f\b[^>]*/>\s*%(none)s"""
    rb"""|\b\w+:formula=|value-type=["']error["']""" % {b"none": VALUELESS}
)
LONGEST_WORD = 300


class Archive:
    """A ZIP archive whose directory keeps to the limits."""

    def __init__(self, path):
        self.path = path
        try:
            with ZipFile(path) as file:
                self.members = {member.filename: member for member in file.infolist()}
                self.count = len(file.infolist())
        except (BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
            raise Refused("damaged") from None
        self.look_at_directory()

    def look_at_directory(self):
        members = self.members.values()
        unpacked = sum(member.file_size for member in members)
        packed = sum(member.compress_size for member in members)
        if self.count > MOST_MEMBERS or unpacked > LARGEST_UNPACKED or packed > self.path.stat().st_size:
            raise Refused("bomb")
        if any(is_too_dense(member) for member in members):
            raise Refused("bomb")
        if self.count > len(self.members) or any(member.header_offset < 0 for member in members):
            raise Refused("damaged")
        if any(member.flag_bits & ENCRYPTED for member in members):
            raise Refused("password")

    def kind(self):
        """Return "xlsx" or "ods"."""
        if any(name in self.members for name in OTHER_WORKBOOKS):
            raise Refused("old_format")
        if any(name.startswith("xl/") for name in self.members):
            return "xlsx"
        kept = self.members.get("mimetype")
        if kept and kept.file_size < CHUNK and b"".join(self.unpack(kept)).startswith(OPEN_DOCUMENT):
            return "ods"
        raise Refused("not_table")

    def unpack(self, member):
        """Yield the bytes of a member, which must be as many as the directory says."""
        if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused("damaged")
        size = 0
        for chunk in inflated(self.packed(member), member.compress_type):
            size += len(chunk)
            if size > member.file_size:
                raise Refused("bomb")
            yield chunk
        if size < member.file_size:
            raise Refused("damaged")

    def packed(self, member):
        with self.path.open("rb") as file:
            file.seek(member.header_offset)
            start = file.read(LOCAL_HEADER.size)
            if len(start) < LOCAL_HEADER.size or not start.startswith(b"PK\x03\x04"):
                raise Refused("damaged")
            _mark, name, extra = LOCAL_HEADER.unpack(start)
            file.seek(name + extra, 1)
            left = member.compress_size
            while left and (chunk := file.read(min(left, CHUNK))):
                left -= len(chunk)
                yield chunk

    def repack(self, target):
        """Write a copy of the parts in XML; return those worksheets, by name, that want a second look."""
        suspicious = set()
        with ZipFile(target, "w", ZIP_STORED) as copy:
            for name, member in self.members.items():
                if not name.endswith((".xml", ".rels")) and name != "mimetype":
                    continue
                with copy.open(name, "w") as part:
                    for window, chunk in windows(self.unpack(member)):
                        look_at(name, window)
                        if name not in suspicious and is_suspicious(window):
                            suspicious.add(name)
                        part.write(chunk)
        return suspicious


def is_suspicious(window):
    return any(sign in window for sign in TELLTALES) and SUSPICIOUS.search(window) is not None


def is_too_dense(member):
    return member.file_size > RATIO_FROM and member.file_size > HIGHEST_RATIO * max(member.compress_size, 1)


def inflated(chunks, method):
    if method == ZIP_STORED:
        yield from chunks
        return
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for chunk in chunks:
            while chunk and not machine.eof:
                yield machine.decompress(chunk, CHUNK)
                chunk = machine.unconsumed_tail
        while some := machine.decompress(machine.unconsumed_tail, CHUNK):
            yield some
    except zlib.error:
        raise Refused("damaged") from None


def windows(chunks):
    """Yield each chunk with what came right before it, and alone, so that no word is cut in two."""
    before = b""
    for chunk in chunks:
        yield before + chunk, chunk
        before = (before + chunk)[-LONGEST_WORD:]


def look_at(name, window):
    """Refuse parts that are no plain XML."""
    if DECLARATION.search(window):
        raise Refused("entities")
    if b"\0" in window:
        raise Refused("damaged")
    if name == "META-INF/manifest.xml" and b"encryption-data" in window:
        raise Refused("password")
