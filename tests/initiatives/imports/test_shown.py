from initiatives.imports.shown import shown, without_persons


def test_a_refused_tax_code_is_not_kept_beside_its_problem():
    assert shown("RSSMRA80A01H501U", "people_served", "it") == ""


def test_free_words_are_not_kept_beside_their_problem():
    assert shown("Chiamare lo 0521 123456", "note", "it") == ""


def test_other_cells_are_shown_as_people_write_them():
    assert shown("\x1f1234.5", "hours", "it") == "1.234,5"


def test_samples_that_lead_to_a_person_are_not_kept():
    understood = {
        "columns": [{"heading": "Codice fiscale", "samples": ["RSSMRA80A01H501U", "01262840299"]}],
        "titles": [[1, "A cura di rossi@comune.example"]],
        "totals": [{"row": 9, "cells": ["Totale", "RSSMRA80A01H501U"]}],
    }
    kept = without_persons(understood)
    assert kept["columns"][0]["samples"] == ["01262840299"]
    assert kept["titles"] == [[1, ""]]
    assert kept["totals"] == [{"row": 9, "cells": ["Totale", ""]}]
