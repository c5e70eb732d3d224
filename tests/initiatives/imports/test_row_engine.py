import pytest

from initiatives.imports import row_engine
from initiatives.imports.errors import SendBack, Stale
from initiatives.models import ImportedRow
from tests.initiatives.imports.row_files import checked, load, outcomes, prepared, undo
from thirdsector.models import Organisation

FACTS = ["fiscal_code", "name", "seat", "seat_province"]
ROWS = [
    ["00000049999", "Amici di prova", "Parma", "PR"],
    ["00000059998", "Altri amici", "Parma", "PR"],
    ["no", "Nessuno", "Parma", "PR"],
]


@pytest.fixture
def bring(cast, parma):
    def check(headings=FACTS, rows=ROWS):
        return checked("organisations", headings, *rows, by=cast.parma_lead, city=parma)

    return check


class Heard:
    def __init__(self):
        self.said = []

    def rows(self, number):
        self.said.append(number)


def test_each_row_is_kept_with_what_it_says_and_does(bring):
    first, _second, wrong = bring().imported.order_by("number")
    assert (first.number, first.outcome, first.before) == (2, "new", None)
    assert first.values == dict(zip(FACTS, ROWS[0], strict=True)) | {"cities": ["G337"]}
    assert (wrong.number, wrong.outcome, wrong.target) == (4, "wrong", None)
    assert wrong.values["name"] == "Nessuno"


def test_only_good_rows_are_loaded(bring):
    load(bring())
    assert set(Organisation.objects.values_list("name", flat=True)) >= {"Amici di prova", "Altri amici"}
    assert not Organisation.objects.filter(name="Nessuno").exists()


def test_what_is_loaded_twice_is_refused_the_second_time(bring):
    run = load(bring())
    with pytest.raises(Stale):
        load(run)
    assert Organisation.objects.filter(name="Amici di prova").count() == 1


def test_rows_that_are_cut_short_have_empty_cells(bring):
    assert outcomes(bring(rows=[["00000049999", "Amici", "Parma"]])) == ["wrong"]


def test_columns_left_out_say_nothing(bring):
    run = bring([*FACTS[:1], "", *FACTS[1:]], [[ROWS[0][0], "zzz", *ROWS[0][1:]]])
    assert outcomes(run) == ["new"]


def test_a_file_without_rows_comes_to_nothing(bring):
    assert outcomes(bring(rows=[])) == []


def test_more_rows_than_are_loaded_at_once_are_sent_back(bring, monkeypatch):
    monkeypatch.setattr(row_engine, "MOST_ROWS", 2)
    with pytest.raises(SendBack):
        bring()


def test_text_that_looks_escaped_is_loaded_as_it_was_checked(bring):
    run = load(bring(rows=[["00000049999", "''=Amici,'-due", "Parma", "PR"]]))
    assert Organisation.objects.get(fiscal_code="00000049999").name == "'=Amici,-due"
    assert run.imported.get().values["name"] == "'=Amici,-due"


def test_those_who_watch_are_told_of_every_row(cast, parma):
    run, heard = prepared("organisations", FACTS, cast.parma_lead, parma), Heard()
    row_engine.check(run, enumerate(ROWS, 2), cast.parma_lead, heard)
    assert heard.said == [1, 2, 3]


def test_what_is_gone_already_needs_no_undoing(bring):
    run = load(bring())
    Organisation.objects.filter(fiscal_code=ROWS[0][0]).delete()
    assert undo(run) == []


def test_undoing_leaves_what_the_person_may_not_change_any_more(bring, cast):
    run = load(bring())
    assert undo(run, by=cast.verona_lead) == [2, 3]
    assert Organisation.objects.filter(fiscal_code=ROWS[0][0]).exists()


def test_the_same_row_comes_to_the_same_whoever_reads_it_again(bring):
    first, second = bring(), bring()
    values = ImportedRow.objects.values_list("number", "outcome", "values").order_by("number")
    assert list(values.filter(run=first)) == list(values.filter(run=second))
