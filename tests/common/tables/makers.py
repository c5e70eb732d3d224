"""Files as offices and attackers make them."""

import io
import struct
import zipfile
from xml.sax.saxutils import escape

import openpyxl

HEADER = ["Data", "Comune", "Utenti", "Note"]
# In a sheet of these, one row of headings and one row of data.
KNOWN = {"data", "comune", "utenti"}

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"
ODS = "urn:oasis:names:tc:opendocument:xmlns"
ODS_NAMES = (
    f'xmlns:office="{ODS}:office:1.0" xmlns:text="{ODS}:text:1.0" xmlns:table="{ODS}:table:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
)


def text(rows, delimiter=";", newline="\r\n"):
    return newline.join(delimiter.join(row) for row in rows) + newline


def csv_file(*rows, encoding="utf-8", delimiter=";"):
    return text([HEADER, *rows], delimiter).encode(encoding)


def archive(parts, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def workbook(rows, sheet="Foglio1", change=None):
    """An XLSX as a program writes it; `change` gets the workbook before it is saved."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def raw_parts(*sheets):
    """The parts of an XLSX whose sheets are given as the XML of their rows."""
    names = "".join(
        f'<sheet name="Foglio{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, len(sheets) + 1)
    )
    targets = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    parts = {
        "[Content_Types].xml": f'{XML}<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{names}</sheets>'
        "</workbook>",
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE}/relationships">{targets}'
        "</Relationships>",
    }
    for number, rows in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'{XML}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return parts


def raw_row(number, *cells):
    """A row of cells that are texts, or XML."""
    made = (
        cell
        if cell.startswith("<")
        else f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        for cell in cells
    )
    placed = (
        cell.replace("<c", f'<c r="{letter}{number}"', 1)
        for letter, cell in zip("ABCDEFGH", made, strict=False)
    )
    return f'<row r="{number}">{"".join(placed)}</row>'


def raw_workbook(*rows):
    """An XLSX with the usual headings and these rows, each a list as for raw_row."""
    return archive(raw_parts(raw_sheet(*rows)))


def raw_sheet(*rows):
    return "".join(raw_row(number, *row) for number, row in enumerate([HEADER, *rows], 1))


def ods_parts(*rows):
    """The parts of an ODS with the usual headings whose rows are given as the XML of their cells."""
    return ods_sheet_parts("Foglio1", ods_texts(*HEADER), *rows)


def ods_sheet_parts(sheet, *rows):
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
    return {
        "mimetype": OPEN_DOCUMENT,
        "META-INF/manifest.xml": f'{XML}<manifest:manifest xmlns:manifest="{ODS}:manifest:1.0"/>',
        "content.xml": f"{XML}<office:document-content {ODS_NAMES}><office:body><office:spreadsheet>"
        f'<table:table table:name="{sheet}">{table}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>",
    }


def ods(*rows):
    return archive(ods_parts(*rows))


def ods_texts(*texts):
    return "".join(ods_cell(text, 'office:value-type="string"') for text in texts)


def ods_cell(text, attributes):
    return f"<table:table-cell {attributes}><text:p>{escape(text)}</text:p></table:table-cell>"


def lying(content, name, declared):
    """The archive with another unpacked size of one member in its directory."""
    content = bytearray(content)
    at = content.index(b"PK\x01\x02")
    while True:
        length, extra, comment = struct.unpack_from("<HHH", content, at + 28)
        if content[at + 46 : at + 46 + length] == name.encode():
            struct.pack_into("<I", content, at + 24, declared)
            return bytes(content)
        at += 46 + length + extra + comment


def encrypted_container():
    """The beginning of what Excel writes for a workbook with a password."""
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(1016)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(480)
    )


def old_workbook():
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016) + "Workbook".encode("utf-16-le") + bytes(496)
