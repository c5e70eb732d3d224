"""Marks cells of a workbook, in a process of its own whose memory is limited: no Django in here.

Run as `python -m will_portal.common.tables.marker SOURCE TARGET MARKS`. MARKS is a JSON file: the name of the
sheet, and its comments as [row, column, text], rows and columns counted from 1 on.
"""

import json
import sys
from collections import defaultdict
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from will_portal.common.tables.limits import MEGABYTE, limit_this_process

LARGEST, LARGEST_UNPACKED = 5 * MEGABYTE, 60 * MEGABYTE
YELLOW = PatternFill("solid", fgColor="FFFFEB3B")
AUTHOR, SIGNED = "WILL", "WILL: "
WIDTH, LINE, LETTERS_A_LINE = 320, 18, 45


def is_small(path):
    """Whether a workbook can be opened as a whole: by its size, and by that of what it unpacks to."""
    with ZipFile(path) as file:
        unpacked = sum(member.file_size for member in file.infolist())
    return path.stat().st_size <= LARGEST and unpacked <= LARGEST_UNPACKED


def comment_of(text):
    # The author stands in front as well, since some programs do not keep whose comment it is.
    comment = Comment(SIGNED + text, AUTHOR)
    comment.width, comment.height = WIDTH, LINE * (2 + len(text) // LETTERS_A_LINE)
    return comment


def unmark(sheet):
    """Take out what an earlier round marked."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and cell.comment.text.startswith(SIGNED):
                cell.comment = None
                cell.fill = PatternFill()


def whole_cell(sheet, row, column):
    """The cell itself, or the first of those with which it is merged."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for area in sheet.merged_cells.ranges:
            if cell.coordinate in area:
                return sheet.cell(area.min_row, area.min_col)
    return cell


def mark(sheet, comments):
    unmark(sheet)
    said = defaultdict(list)
    for row, column, text in comments:
        said[whole_cell(sheet, row, column)].append(text)
    for cell, texts in said.items():
        cell.fill = YELLOW
        cell.comment = comment_of(" ".join(texts))


def main(source, target, marks):
    limit_this_process()
    with open(marks, encoding="utf-8") as file:
        marks = json.load(file)
    workbook = load_workbook(source)
    mark(workbook[marks["sheet"]], marks["comments"])
    workbook.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
