from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from initiatives.imports.errors import Stale
from initiatives.models import Initiative, StageChange
from tests.initiatives.imports.row_files import brought_back, checked, load, outcomes, problems, undo
from tests.places import city
from tests.projects import implementer, initiative

CSV, XLSX = reverse("initiatives:list_csv"), reverse("initiatives:list_xlsx")
FACTS = ["code", "title"]
NEW = ["PR-2026-77", "Nuova iniziativa"]


@pytest.fixture
def bring(cast, parma):
    """Check rows as somebody of Parma's staff."""

    def check(headings, *rows, by=cast.parma_staff):
        return checked("initiatives", headings, *rows, by=by, city=parma)

    return check


@pytest.fixture
def project(cast):
    return initiative("parma")


def test_a_check_changes_nothing(bring):
    assert outcomes(bring(FACTS, NEW)) == ["new"]
    assert not Initiative.objects.exists()


def test_a_new_one_is_an_unpublished_idea_of_the_city(bring, parma, cast):
    run = load(bring(FACTS, NEW))
    new = Initiative.objects.get(code=NEW[0])
    assert (new.city, new.stage, new.published_at, new.origin) == (parma, "idea", None, "city")
    assert new.public_id == run.imported.get().target
    step = StageChange.objects.get(initiative=new)
    assert (step.stage, step.by) == ("idea", cast.parma_staff)


def test_every_column_is_read_in_words_or_codes(bring, verona):
    headings = [*FACTS, "innovation_area", "innovation_lever", "user_areas", "starts", "ends", "cups"]
    row = [*NEW, "Minori", "nudge", "DIS, Anziani", "1/2/2026", "31.12.26", "g17h03000130001"]
    load(bring([*headings, "partner_cities", "city", "summary"], [*row, "Verona", "Parma", "Uno\ndue"]))
    new = Initiative.objects.get(code=NEW[0])
    assert (new.innovation_area, new.innovation_lever, new.user_areas) == ("MIN", "NUDGE", ["DIS", "ELD"])
    assert (new.starts, new.ends, new.cups) == (date(2026, 2, 1), date(2026, 12, 31), ["G17H03000130001"])
    assert (list(new.partner_cities.all()), new.summary) == ([verona], "Uno\ndue")


def test_only_the_columns_of_the_file_are_changed(bring, project):
    run = load(bring(FACTS, [project.code, "Portierato nuovo"]))
    project.refresh_from_db()
    assert (project.title, project.innovation_area, project.stage) == (
        "Portierato nuovo",
        "COM",
        "experiment",
    )
    assert run.imported.get().before == {"code": project.code, "title": "Portierato di quartiere"}


@translation.override("en")
@pytest.mark.parametrize("headings", [FACTS, ["code", "title", "city"]])
def test_an_initiative_of_another_city_is_unknown(headings, bring):
    other = initiative("verona")
    run = bring(headings, [other.code, "Presa", "Verona"][: len(headings)])
    assert problems(run) == {(2, "code"): "Unknown initiative."}


def test_a_row_of_another_city_is_refused(bring, verona):
    assert set(problems(bring([*FACTS, "city"], [*NEW, "Verona"]))) == {(2, "city")}


def test_a_new_code_does_not_begin_like_those_of_another_city(bring, verona):
    assert set(problems(bring(FACTS, ["VR-2026-77", "Nuova"]))) == {(2, "code")}


def test_the_city_is_no_partner_of_its_own(bring):
    assert set(problems(bring([*FACTS, "partner_cities"], [*NEW, "Parma"]))) == {(2, "partner_cities")}


def test_the_code_of_an_initiative_stays_the_same(bring, project):
    run = bring(["id", *FACTS], [str(project.public_id), *NEW])
    assert set(problems(run)) == {(2, "code")}


def test_an_initiative_that_ends_before_it_starts_is_refused(bring):
    run = bring([*FACTS, "starts", "ends"], [*NEW, "1/2/2026", "1/1/2026"])
    assert set(problems(run)) == {(2, "")}


def test_what_comes_from_a_public_register_is_not_changed(bring):
    register = initiative("parma", origin="register", stage="")
    assert set(problems(bring(FACTS, [register.code, "Altro"]))) == {(2, "")}


def test_two_rows_with_one_code_are_both_wrong(bring):
    assert outcomes(bring(FACTS, NEW, [NEW[0].lower(), "Altra"])) == ["wrong", "wrong"]


def test_rows_about_one_initiative_by_identifier_and_by_code_are_both_wrong(bring, project):
    rows = [[str(project.public_id), project.code, "A"], ["", project.code, "B"]]
    assert outcomes(bring(["id", *FACTS], *rows)) == ["wrong", "wrong"]


def test_undoing_deletes_what_was_new_with_its_first_step(bring):
    run = load(bring(FACTS, NEW))
    assert undo(run) == []
    assert not Initiative.objects.exists()
    assert not StageChange.objects.exists()


@pytest.mark.parametrize(
    "change",
    [{"summary": "Con una sintesi"}, {"stage": "design"}, {"ends": "2027-01-01"}],
    ids=lambda c: [*c][0],
)
def test_undoing_keeps_what_somebody_has_worked_on(change, bring):
    run = load(bring(FACTS, NEW))
    Initiative.objects.update(**change)
    assert undo(run) == [2]


def test_undoing_keeps_an_initiative_that_has_partners_and_its_story(bring):
    run = load(bring(FACTS, ["PR-2026-01", "Portierato di quartiere"]))
    implementer("parma", "cooperativa")
    assert undo(run) == [2]
    assert StageChange.objects.count() == 1


def test_undoing_brings_back_what_was(bring, project, verona):
    project.partner_cities.set([verona])
    run = load(bring([*FACTS, "partner_cities", "starts"], [project.code, "Altro", "", "1/1/2026"]))
    assert undo(run) == []
    project.refresh_from_db()
    assert (project.title, project.starts) == ("Portierato di quartiere", None)
    assert list(project.partner_cities.all()) == [verona]


def test_nothing_is_loaded_by_somebody_who_has_left_the_city(bring, project, cast):
    run = bring(FACTS, [project.code, "Altro"])
    cast.parma_staff.city_memberships.all().delete()
    with pytest.raises(Stale):
        load(run)
    assert Initiative.objects.get().title == "Portierato di quartiere"


@pytest.mark.parametrize("address", [CSV, f"{CSV}?format=excel", XLSX], ids=["plain", "excel", "xlsx"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_our_own_export_changes_nothing(address, language, client_of, cast, verona, tmp_path):
    dates = {"starts": "2026-01-01", "ends": "2026-12-31", "user_areas": ["FAM", "POV"]}
    project = initiative("parma", title="-Portierato, =uno", cups=["G17H03000130001"], **dates)
    project.partner_cities.set([verona])
    initiative("parma", code="PR-2026-02", public_id=uuid4(), origin="register", stage="", localised_in=3)
    client = client_of("parma_staff", headers={"accept-language": language})
    content = client.get(address).getvalue()
    run = brought_back("initiatives", content, tmp_path, by=cast.parma_staff, city=city("parma"))
    assert (outcomes(run), problems(run)) == (["unchanged"] * 2, {})
