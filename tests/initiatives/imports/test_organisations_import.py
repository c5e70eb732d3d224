import pytest
from django.urls import reverse
from django.utils import translation

from initiatives.imports.errors import Stale
from tests.bodies import organisation
from tests.initiatives.imports.row_files import brought_back, checked, load, outcomes, problems, undo
from tests.places import city
from tests.projects import implementer
from thirdsector.models import Organisation

FACTS = ["fiscal_code", "name", "seat", "seat_province"]
MARKS = ["fiscal_code", "cities"]
NEW = ["00000049999", "Amici di prova", "Parma", "PR"]
CSV, XLSX = reverse("thirdsector:list_csv"), reverse("thirdsector:list_xlsx")


@pytest.fixture
def bring(cast, parma):
    """Check rows as the lead of Parma: `bring(["fiscal_code"], ["123"])`."""

    def check(headings, *rows, by=cast.parma_lead):
        return checked("organisations", headings, *rows, by=by, city=parma)

    return check


@pytest.fixture
def unspoken(parma):
    """Works in Parma, and nobody represents it."""
    body = organisation("senza rappresentante")
    body.cities.set([parma])
    return body


@pytest.fixture
def spoken(parma):
    """Works in Parma, and somebody else states its facts."""
    body = organisation("cooperativa")
    body.cities.set([parma])
    return body


@pytest.fixture
def leads_both(cast, verona):
    """The lead of Parma also leads Verona."""
    return verona.memberships.create(user=cast.parma_lead, role="lead")


def test_a_check_changes_nothing(bring):
    before = Organisation.objects.count()
    run = bring(FACTS, NEW)
    assert outcomes(run) == ["new"]
    assert Organisation.objects.count() == before


def test_a_new_one_is_of_the_city_and_to_be_verified(bring, parma):
    run = load(bring(FACTS, NEW))
    new = Organisation.objects.get(fiscal_code=NEW[0])
    assert (new.name, new.seat_province, new.status) == ("Amici di prova", "PR", "pending")
    assert list(new.cities.all()) == [parma]
    assert new.public_id == run.imported.get().target
    assert "Parma" in new.source


def test_what_was_loaded_is_unchanged_afterwards(bring):
    load(bring(FACTS, NEW))
    assert outcomes(bring(FACTS, NEW)) == ["unchanged"]


def test_codes_are_read_by_their_names_and_provinces_too(bring):
    headings = [*FACTS[:3], "seat_province", "legal_form", "runts_section", "runts_number", "website"]
    row = [*NEW[:3], "Reggio nell'Emilia", "Fondazione", "ODV", "1.234", "www.example.org"]
    load(bring(headings, row))
    new = Organisation.objects.get(fiscal_code=NEW[0])
    assert (new.seat_province, new.legal_form, new.runts_section, new.runts_number) == (
        "RE",
        "FOND",
        "a",
        1234,
    )
    assert new.website == "https://www.example.org"


def test_the_facts_of_one_without_representative_are_changed(bring, unspoken):
    run = bring(["fiscal_code", "name"], [unspoken.fiscal_code, "Mutuo soccorso nuovo"])
    assert (run.imported.get().outcome, run.imported.get().before["name"]) == ("changed", unspoken.name)
    load(run)
    unspoken.refresh_from_db()
    assert (unspoken.name, unspoken.seat) == ("Mutuo soccorso nuovo", "Parma")


@translation.override("en")
def test_the_facts_of_one_that_speaks_for_itself_are_not(bring, spoken):
    run = bring(["fiscal_code", "name"], [spoken.fiscal_code, "Altro nome"])
    assert problems(run) == {(2, ""): "You may not change this organisation."}


def test_one_that_speaks_for_itself_is_unchanged_with_the_same_facts(bring, spoken):
    assert outcomes(bring(["fiscal_code", "name"], [spoken.fiscal_code, spoken.name])) == ["unchanged"]


def test_one_of_another_city_is_not_taken_over(bring, cast, verona):
    rival = organisation("associazione")
    rival.cities.set([verona])
    assert outcomes(bring(["fiscal_code", "name"], [rival.fiscal_code, rival.name])) == ["wrong"]


def test_another_city_marks_its_organisations_itself(bring):
    run = bring([*FACTS, "cities"], [*NEW, "Parma, Verona"])
    assert set(problems(run)) == {(2, "cities")}


def test_cities_of_others_stay_marked(bring, unspoken, spoken, parma, verona):
    spoken.cities.set([parma, verona])
    run = bring(["fiscal_code", "cities"], [spoken.fiscal_code, "Parma"])
    assert outcomes(run) == ["unchanged"]


def test_a_city_where_it_takes_part_stays_marked(bring, spoken, parma, verona):
    implementer("parma", "cooperativa")
    spoken.cities.set([parma, verona])
    assert set(problems(bring(["fiscal_code", "cities"], [spoken.fiscal_code, "Verona"]))) == {(2, "cities")}


def test_two_rows_with_one_fiscal_code_are_both_wrong(bring):
    run = bring(FACTS, NEW, ["00000059998", "Altri", "Parma", "PR"], NEW)
    assert outcomes(run) == ["wrong", "new", "wrong"]
    assert all("2" in told and "4" in told for told in problems(run).values())


def test_two_new_ones_with_one_number_of_the_register_cannot_both_be(bring):
    headings = [*FACTS, "runts_section", "runts_number"]
    run = bring(headings, [*NEW, "a", "77"], ["00000059998", "Altri", "Parma", "PR", "a", "77"])
    assert outcomes(run) == ["new", "wrong"]
    assert set(problems(run)) == {(3, "runts_number")}


def test_a_number_of_the_register_without_its_section_is_refused(bring):
    assert outcomes(bring([*FACTS, "runts_number"], [*NEW, "77"])) == ["wrong"]


def test_every_wrong_cell_of_a_row_is_told(bring):
    run = bring([*FACTS, "website"], ["123", "x" * 300, "Parma", "Atlantide", "ftp://x"])
    assert set(problems(run)) == {(2, name) for name in ["fiscal_code", "name", "seat_province", "website"]}


def test_a_problem_names_its_column_and_shows_the_cell(bring):
    found = bring(FACTS, ["\x1f123", *NEW[1:]]).problems.get()
    assert (found.number, found.column, found.field, found.value) == (2, 0, "fiscal_code", "123")


def test_a_new_one_needs_more_than_its_code(bring):
    run = bring(["fiscal_code"], [NEW[0]])
    assert outcomes(run) == ["wrong"]
    assert set(run.problems.values_list("column", flat=True)) == {None}


def test_an_empty_name_is_refused(bring, unspoken):
    assert set(problems(bring(["fiscal_code", "name"], [unspoken.fiscal_code, ""]))) == {(2, "name")}


def test_a_status_that_is_left_empty_stays(bring, spoken):
    assert outcomes(bring(["fiscal_code", "status"], [spoken.fiscal_code, ""])) == ["unchanged"]


@translation.override("en")
def test_who_represents_an_organisation_does_not_verify_it(bring, unspoken, cast):
    unspoken.memberships.create(user=cast.parma_lead, role="representative")
    run = bring(["fiscal_code", "name", "status"], [unspoken.fiscal_code, "Altro nome", "verified"])
    told = "Those who represent an organisation do not say whether it is verified."
    assert problems(run) == {(2, "status"): told}


def test_who_represents_an_organisation_states_its_facts(bring, unspoken, cast):
    unspoken.memberships.create(user=cast.parma_lead, role="representative")
    run = bring(["fiscal_code", "name", "status"], [unspoken.fiscal_code, "Altro nome", unspoken.status])
    assert outcomes(run) == ["changed"]


def test_who_has_come_to_represent_an_organisation_does_not_undo_its_verification(bring, unspoken, cast):
    run = load(bring(["fiscal_code", "status"], [unspoken.fiscal_code, "verified"]))
    unspoken.memberships.create(user=cast.parma_lead, role="representative")
    assert undo(run) == [2]


def test_undoing_deletes_what_was_new(bring):
    run = load(bring(FACTS, NEW))
    assert undo(run) == []
    assert not Organisation.objects.filter(fiscal_code=NEW[0]).exists()


def test_undoing_brings_back_facts_and_cities(bring, unspoken, parma):
    unspoken.cities.clear()
    unspoken.cities.set([parma])
    run = load(bring(["fiscal_code", "name"], [unspoken.fiscal_code, "Altro nome"]))
    before = unspoken.name
    assert undo(run) == []
    unspoken.refresh_from_db()
    assert (unspoken.name, list(unspoken.cities.all())) == (before, [parma])


def test_undoing_unmarks_one_that_speaks_for_itself(bring, spoken, parma, leads_both):
    run = load(bring(MARKS, [spoken.fiscal_code, "Parma, Verona"]))
    assert undo(run) == []
    assert list(spoken.cities.all()) == [parma]


def test_undoing_keeps_a_city_where_it_has_come_to_take_part(bring, unspoken, verona, leads_both):
    run = load(bring(MARKS, [unspoken.fiscal_code, "Parma, Verona"]))
    implementer("verona", "senza rappresentante")
    assert undo(run) == [2]
    assert verona in unspoken.cities.all()


def test_undoing_keeps_a_city_that_somebody_leads_no_more(bring, spoken, verona, leads_both):
    run = load(bring(MARKS, [spoken.fiscal_code, "Parma, Verona"]))
    leads_both.delete()
    assert undo(run) == [2]
    assert verona in spoken.cities.all()


def test_undoing_keeps_what_somebody_has_worked_on(bring):
    run = load(bring(FACTS, NEW))
    Organisation.objects.filter(fiscal_code=NEW[0]).update(website="https://example.org")
    assert undo(run) == [2]
    assert Organisation.objects.filter(fiscal_code=NEW[0]).exists()


def test_undoing_keeps_what_something_else_needs(bring, cast):
    run = load(bring(FACTS, NEW))
    new = Organisation.objects.get(fiscal_code=NEW[0])
    new.memberships.create(user=cast.nobody, role="member")
    assert undo(run) == [2]


def test_nothing_is_loaded_if_a_row_has_become_another(bring, unspoken):
    run = bring(["fiscal_code", "name"], [unspoken.fiscal_code, "Altro nome"])
    Organisation.objects.filter(pk=unspoken.pk).update(name="Nome di oggi")
    with pytest.raises(Stale):
        load(run)
    unspoken.refresh_from_db()
    assert unspoken.name == "Nome di oggi"


def test_nothing_is_loaded_once_somebody_speaks_for_the_organisation(bring, unspoken, cast):
    run = bring(["fiscal_code", "name"], [unspoken.fiscal_code, "Altro nome"])
    unspoken.memberships.create(user=cast.nobody, role="representative")
    with pytest.raises(Stale):
        load(run)


@pytest.mark.parametrize("address", [CSV, f"{CSV}?format=excel", XLSX], ids=["plain", "excel", "xlsx"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_our_own_export_changes_nothing(address, language, client_of, cast, spoken, unspoken, tmp_path):
    organisation("associazione").cities.set([city("verona")])
    Organisation.objects.filter(pk=unspoken.pk).update(name="=Uno; -due", website="https://example.org/a,b")
    client = client_of("parma_lead", headers={"accept-language": language})
    content = client.get(address).getvalue()
    run = brought_back("organisations", content, tmp_path, by=cast.parma_lead, city=city("parma"))
    assert (outcomes(run), problems(run)) == (["unchanged"] * 3, {})
