from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from cities.models import ContextFigure

HEADER = "series,city,source,licence,2023,2024"
LINE = "ageing-index,G000,ISTAT,CC BY 4.0,181.1,185.0"


@pytest.fixture(autouse=True)
def known(make_city, make_series):
    return make_city("Parma"), make_series()


@pytest.fixture
def load(tmp_path, capsys):
    """`load(HEADER, LINE)` imports a file of these lines and returns what the command says."""

    def run(*lines, encoding="utf-8"):
        path = tmp_path / "figures.csv"
        path.write_text("\n".join(lines) + "\n", encoding=encoding)
        call_command("import_context_figures", path)
        return capsys.readouterr().out.strip()

    return run


def stored():
    return {figure.year: figure.value for figure in ContextFigure.objects.all()}


def test_new_figures_are_created(load):
    assert load(HEADER, LINE) == "context figures: 2 created, 0 changed, 0 unchanged, 0 kept as edited"
    assert stored() == {2023: Decimal("181.1"), 2024: Decimal("185")}


def test_a_second_import_changes_nothing(load):
    load(HEADER, LINE)
    assert load(HEADER, LINE) == "context figures: 0 created, 0 changed, 2 unchanged, 0 kept as edited"


def test_a_revised_figure_is_changed(load):
    load(HEADER, LINE)
    revised = LINE.replace("185.0", "186.2")
    assert load(HEADER, revised) == "context figures: 0 created, 1 changed, 1 unchanged, 0 kept as edited"
    assert stored()[2024] == Decimal("186.2")


def test_a_figure_that_a_person_edited_is_kept_and_reported(load):
    load(HEADER, LINE)
    ContextFigure.objects.filter(year=2024).update(value=200)
    said = load(HEADER, LINE.replace("185.0", "186.2"))
    assert said.endswith("1 kept as edited (G000 ageing-index 2024 value)")
    assert stored()[2024] == 200


def test_an_empty_cell_is_no_figure(load):
    load(HEADER, "ageing-index,G000,ISTAT,CC BY 4.0,,185.0")
    assert stored() == {2024: 185}


def test_semicolons_and_a_byte_order_mark_are_understood(load):
    load(HEADER.replace(",", ";"), LINE.replace(",", ";"), encoding="utf-8-sig")
    assert len(stored()) == 2


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (LINE.replace("ageing-index", "unknown"), "row 2, series: there is no series 'unknown'"),
        (LINE.replace("G000", "Z999"), "row 2, city: there is no city with the cadastral code 'Z999'"),
        (LINE.replace("185.0", "1.234.567"), "row 2, 2024: '1.234.567' is no number"),
        (LINE.replace("185.0", '"185,0"'), "row 2, 2024: '185,0' is no number"),
        (LINE.replace("185.0", "n.d."), "row 2, 2024: 'n.d.' is no number"),
        (LINE.replace("185.0", "NaN"), "row 2, 2024: 'NaN' is no number"),
        (LINE.replace("ISTAT", ""), "row 2, source: it is empty or too long"),
        (f"{LINE},1", "row 2, row: it has 7 cells and the header 6"),
        (f"{LINE}\n{LINE}", "row 3, city: this city has a row of this series already"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_imported(load, line, fault):
    with pytest.raises(CommandError) as refusal:
        load(HEADER, line)
    assert fault in str(refusal.value)
    assert stored() == {}


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("series,city,source,2024", "row 1, licence: the column is missing"),
        (f"{HEADER},2024", "row 1, 2024: the column occurs twice"),
        (f"{HEADER},24", "row 1, 24: it is no year"),
        ("series,city,source,licence", "row 1, file: it has no column for a year"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(load, header, fault):
    with pytest.raises(CommandError, match=fault):
        load(header, LINE)


def test_every_fault_of_the_file_is_told_at_once(load):
    with pytest.raises(CommandError) as refusal:
        load(HEADER, LINE.replace("G000", "Z999"), LINE.replace("185.0", "many"))
    assert "row 2, city" in str(refusal.value)
    assert "row 3, 2024" in str(refusal.value)


def test_a_file_in_another_encoding_is_refused(load):
    with pytest.raises(CommandError, match="it is not UTF-8"):
        load(HEADER, LINE.replace("ISTAT", "Società"), encoding="latin-1")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"gone\.csv cannot be read"):
        call_command("import_context_figures", tmp_path / "gone.csv")
