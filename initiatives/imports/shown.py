"""What of a wrong cell is kept beside its problem."""

from initiatives.notes import names_a_person
from will_portal.common.tables.cells import spelled

LONGEST = 200
# Free words are refused for what they may say of somebody.
WORDS = {"place", "note", "reference"}


def shown(cell, name, language):
    """Return the cell of a column as people write it, empty where this would keep what was refused."""
    text = spelled(cell, language)
    return "" if name in WORDS or names_a_person(text) else text[:LONGEST]


def without_persons(understood):
    """Return what was understood of a file without the samples that lead to a person."""
    columns = [
        column | {"samples": [cell for cell in column["samples"] if not names_a_person(spelled(cell, "it"))]}
        for column in understood["columns"]
    ]
    titles = [[row, "" if names_a_person(text) else text] for row, text in understood["titles"]]
    totals = [
        total | {"cells": ["" if names_a_person(cell) else cell for cell in total["cells"]]}
        for total in understood["totals"]
    ]
    return understood | {"columns": columns, "titles": titles, "totals": totals}
