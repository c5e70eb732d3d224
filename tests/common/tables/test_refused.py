import subprocess
import sys

import pytest

from tests.common.tables.makers import (
    HEADER,
    XML,
    archive,
    csv_file,
    encrypted_container,
    lying,
    ods_parts,
    ods_texts,
    old_workbook,
    raw_parts,
    raw_sheet,
    raw_workbook,
    text,
)
from will_portal.common.tables import limits, reading
from will_portal.common.tables.reading import Unreadable, read

ROW = ["01/02/2026", "Parma", "12", "nota"]
DOCTYPE = '<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
SHEET = "xl/worksheets/sheet1.xml"


def with_part(parts, name, change):
    return archive(parts | {name: change(parts[name])})


def after_declaration(part):
    return part.replace(XML, XML + DOCTYPE)


REFUSED = {
    "empty file": (b"", "empty"),
    "only blanks": (b"\r\n ; ;\r\n\r\n", "empty"),
    "empty sheet": (archive(raw_parts("")), "empty"),
    "header only": (csv_file(), "no_rows"),
    "header only, workbook": (raw_workbook(), "no_rows"),
    "pdf": (b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n", "not_table"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_table"),
    "rtf": (b"{\\rtf1\\ansi Elenco}", "not_table"),
    "json": (b'[{"data": "2026-01-01"}]', "not_table"),
    "zip": (archive({"elenco.csv": csv_file(ROW)}), "not_table"),
    "docx": (archive({"[Content_Types].xml": XML, "word/document.xml": XML}), "not_table"),
    "odt": (
        archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": XML}),
        "not_table",
    ),
    "nul bytes": (csv_file(["a", "b\0c", "d", "e"]), "not_table"),
    "html as xls": (b"<html><body><table><tr><td>Data</td></tr></table></body></html>", "web_page"),
    "xml as xls": (f'{XML}<?mso-application progid="Excel.Sheet"?><Workbook/>'.encode(), "web_page"),
    "xls": (old_workbook(), "old_format"),
    "xls of the nineties": (b"\x09\x08\x08\x00\x00\x05\x05\x00" + bytes(60), "old_format"),
    "xlsb": (archive({"[Content_Types].xml": XML, "xl/workbook.bin": b"x"}), "old_format"),
    "password": (encrypted_container(), "password"),
    "password, ods": (
        with_part(
            ods_parts(ods_texts(*ROW)),
            "META-INF/manifest.xml",
            lambda part: part.replace("/>", "><manifest:encryption-data/></manifest:manifest>"),
        ),
        "password",
    ),
    "cut off": (raw_workbook(ROW)[:-40], "damaged"),
    "no workbook": (archive({"xl/other.xml": XML}), "damaged"),
    "broken xml": (with_part(raw_parts(raw_sheet(ROW)), SHEET, lambda part: part[:-30]), "damaged"),
    "broken xml, ods": (
        with_part(
            ods_parts(ods_texts(*ROW)), "content.xml", lambda part: part.replace("</table:table>", "</x>")
        ),
        "damaged",
    ),
    "xml in utf-16": (
        with_part(raw_parts(raw_sheet(ROW)), SHEET, lambda part: part.encode("utf-16")),
        "damaged",
    ),
    "entities": (with_part(raw_parts(raw_sheet(ROW)), SHEET, after_declaration), "entities"),
    "entities elsewhere": (
        archive(raw_parts(raw_sheet(ROW)) | {"docProps/core.xml": after_declaration(f"{XML}<x>&lol2;</x>")}),
        "entities",
    ),
    "entities, ods": (with_part(ods_parts(ods_texts(*ROW)), "content.xml", after_declaration), "entities"),
    "many members": (archive({f"xl/{n}.xml": "" for n in range(limits.MOST_MEMBERS + 1)}), "bomb"),
    "declared size": (lying(raw_workbook(ROW), SHEET, 2**31), "bomb"),
    "ratio": (archive(raw_parts(" " * 11_000_000 + raw_sheet(ROW))), "bomb"),
    "lying size": (lying(archive(raw_parts(" " * 9_000_000 + raw_sheet(ROW))), SHEET, 3000), "bomb"),
    "lying the other way": (lying(raw_workbook(ROW), SHEET, 30_000), "damaged"),
    "far corner": (
        archive(raw_parts(raw_sheet(ROW) + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "too_much",
    ),
    "far row": (archive(raw_parts('<row r="999999999"><c r="A999999999"><v>1</v></c></row>')), "damaged"),
    "far column": (
        archive(raw_parts(raw_sheet(ROW) + '<row r="4"><c r="ZZ4"><v>1</v></c></row>')),
        "columns",
    ),
    "too many columns": (text([[f"c{n}" for n in range(201)], ["1"] * 201]).encode(), "columns"),
    "over-long row": (csv_file(ROW, ["1"] * 201), "wide_row"),
    "over-long cell": (csv_file(["x" * 32_768, "b", "c", "d"]), "long_cell"),
    "over-long cell, workbook": (raw_workbook(["x" * 32_768, "b", "c", "d"]), "long_cell"),
    "too many rows": (text([HEADER]).encode() + b"1;2;3;4\r\n" * (limits.MOST_ROWS + 1), "rows"),
    "too many totals": (csv_file(ROW) + b"Totale;;1;\r\n" * (limits.MOST_TOTALS + 1), "totals"),
    "python": (b"import os\n\n\x00\x01\x02" + bytes(50), "not_table"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_with_one_sentence(refusal, name):
    content, code = REFUSED[name]
    assert refusal(content) == code


def test_a_file_over_the_size_is_refused_before_it_is_opened(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(limits.LARGEST + 1)
    with pytest.raises(Unreadable) as refused:
        read(path, "large.csv", set(), tmp_path)
    assert refused.value.code == "too_large"


def test_two_members_of_one_name_are_refused(refusal):
    # Renamed in place, since no library writes them.
    content = archive(raw_parts(raw_sheet(ROW)) | {"xl/worksheets/sheet9.xml": XML})
    assert refusal(content.replace(b"sheet9.xml", b"sheet1.xml")) == "damaged"


def test_a_damaged_part_is_refused(refusal):
    content = bytearray(raw_workbook(ROW))
    start = content.index(SHEET.encode()) + len(SHEET)
    content[start : start + 20] = b"\xff" * 20
    assert refusal(bytes(content)) == "damaged"


def test_a_reader_that_takes_too_long_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "PATIENCE", 0.2)
    monkeypatch.setattr(reading, "START", "import time; time.sleep(60)")
    path = tmp_path / "x.csv"
    path.write_bytes(csv_file(ROW))
    with pytest.raises(Unreadable) as refused:
        read(path, "x.csv", set(), tmp_path)
    assert refused.value.code == "too_much"


def test_a_fault_of_the_reader_is_not_blamed_on_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "START", "import nothing_of_that_name")
    path = tmp_path / "x.csv"
    path.write_bytes(csv_file(ROW))
    with pytest.raises(RuntimeError, match="nothing_of_that_name"):
        read(path, "x.csv", set(), tmp_path)


def test_the_reader_loads_neither_django_nor_celery():
    code = f"{reading.START.replace('main()', '')}\nassert not {{'django', 'celery'}} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-I", "-c", code, str(reading.PACKAGE)]).returncode == 0
