import pytest

from initiatives.imports.matching import Foreign, known_headings, propose, refuse_foreign
from initiatives.models import RememberedColumn
from tests.import_runs import import_run
from tests.places import city

FISCAL_CODES = ["93003540205", "01262840299", "93043680201"]
# The first headings of what ministries publish.
FIVE_PER_MILLE = [
    *[
        "prog",
        "codice_fiscale",
        "denominazione",
        "regione",
        "pr",
        "nome_comune",
        "codice_comune",
        "ets_e_onlus",
    ],
    *["asd", "ricerca_scientifica", "comuni", "numero_scelte", "importo_totale_erogabile", "pagina", "file"],
    "old_nome_comune",
]
WORKS = [
    *[
        "CUP",
        "Descrizione CUP",
        "Tipologia CUP",
        "Denominazione Soggetto",
        "Codice Fiscale Soggetto",
        "Natura",
    ],
    *["Tipo Intervento", "Settore", "Sottosettore", "Categoria", "Stato Opera", "Data Inizio Validità"],
    *["Data Fine Validità", "Fase Raggiunta", "Finanziamenti (€)", "Importo Impegni (€)", "Pagamenti (€)"],
]
INDICATORS = [
    *["Programma", "Missione", "Descrizione Missione", "Componente", "ID Misura", "Descrizione Misura"],
    *["Amministrazione Titolare", "Codice Indicatore", "Descrizione Indicatore", "Unità di misura"],
    *["Stock o Flusso", "Anno Ob.", "Semestre", "Valore Indicatore"],
]
FOREIGN = {"works": (WORKS, {"Codice Fiscale Soggetto": FISCAL_CODES}), "indicators": (INDICATORS, {})}


def table(headings, samples=None):
    columns = [{"heading": each, "samples": (samples or {}).get(each, ["x"])} for each in headings]
    return {"columns": columns}


@pytest.fixture
def run_of(cast):
    return lambda subject: import_run("reading", cast.parma_lead, subject=subject)


def proposed(run, headings):
    named = propose(run, table(headings))
    return {headings[int(number)]: name for number, name in named.items()}


def test_headings_are_known_by_label_name_and_alias_in_both_languages(run_of):
    headings = ["Giorno", "PEOPLE_SERVED", "codice progetto", "Place", "Ore", "colore"]
    assert proposed(run_of("log"), headings) == {
        "Giorno": "day",
        "PEOPLE_SERVED": "people_served",
        "codice progetto": "initiative",
        "Place": "place",
        "Ore": "hours",
    }


def test_a_field_is_proposed_for_one_column_only(run_of):
    assert proposed(run_of("log"), ["Data", "Giorno", "Utenti", "N. utenti"]) == {
        "Data": "day",
        "Utenti": "people_served",
    }


def test_another_word_beside_a_heading_does_not_hide_it(run_of):
    found = proposed(run_of("organisations"), ["Ragione sociale completa", "Codice fiscale dell'associato"])
    assert found == {"Ragione sociale completa": "name", "Codice fiscale dell'associato": "fiscal_code"}


def test_what_resembles_a_field_in_two_columns_is_left_to_the_person(run_of):
    assert proposed(run_of("log"), ["Data", "Utenti mattina", "Utenti pomeriggio"]) == {"Data": "day"}


def test_vague_words_do_not_resemble_anything(run_of):
    assert proposed(run_of("log"), ["Data nascita", "Numero civico", "Tipo documento"]) == {}


def test_the_last_choice_of_the_place_comes_first(run_of):
    remember("utenti", "contacts")
    remember("ore", "")
    remember("affluenza", "people_served")
    found = proposed(run_of("log"), ["Data", "Utenti", "Ore", "Affluenza"])
    assert found == {"Data": "day", "Utenti": "contacts", "Affluenza": "people_served"}


def test_the_choice_of_another_place_is_not_known(run_of):
    remember("affluenza", "people_served", place="verona")
    assert proposed(run_of("log"), ["Affluenza"]) == {}


def test_remembered_headings_find_the_header_too(run_of):
    remember("affluenza", "people_served")
    assert {"affluenza", "data", "people served", "persone"} <= known_headings(run_of("log"))


def remember(heading, field, place="parma"):
    RememberedColumn.objects.create(subject="log", city=city(place), heading=heading, field=field)


@pytest.mark.parametrize("subject", ["log", "organisations", "initiatives", "budget"])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_table_of_something_else_is_refused(run_of, name, subject):
    headings, samples = FOREIGN[name]
    with pytest.raises(Foreign) as refused:
        refuse_foreign(run_of(subject), table(headings, samples))
    assert f"“{headings[0]}”" in str(refused.value.sentence)
    assert len(str(refused.value.sentence)) <= 500


def test_a_public_list_of_bodies_is_one_of_organisations(run_of):
    run = run_of("organisations")
    refuse_foreign(run, table(FIVE_PER_MILLE))
    assert proposed(run, FIVE_PER_MILLE) == {
        "codice_fiscale": "fiscal_code",
        "denominazione": "name",
        "pr": "seat_province",
        "nome_comune": "seat",
    }


@pytest.mark.parametrize(
    ("subject", "headings"),
    [
        ("log", ["Data", "Utenti"]),
        ("log", ["Mese", "Ore", "a", "b", "c", "d", "e", "f", "g", "h"]),
        ("log", ["Data", "Femmine", "Maschi"]),
        ("organisations", ["Ente", "C.F."]),
        ("organisations", ["Ragione sociale completa", "Codice fiscale associazione"]),
        ("initiatives", ["Titolo", "Codice"]),
        ("initiatives", ["Progetto", "Comune"]),
        ("budget", ["Iniziativa", "Anno", "Importo"]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_table_with_its_core_columns_is_taken(run_of, subject, headings):
    refuse_foreign(run_of(subject), table(headings))


def test_values_tell_what_a_heading_does_not(run_of):
    days = {"Quando": ["01/02/2026", "\x1f2026-03-01"]}
    refuse_foreign(run_of("log"), table(["Quando", "Utenti"], days))


def test_values_do_not_tell_it_in_a_table_of_other_things(run_of):
    headings = ["Quando", "Utenti", *"abcdefgh"]
    with pytest.raises(Foreign):
        refuse_foreign(run_of("log"), table(headings, {"Quando": ["01/02/2026"]}))


def test_a_column_once_left_out_does_not_make_a_file_foreign(run_of):
    remember("utenti", "")
    refuse_foreign(run_of("log"), table(["Data", "Utenti"]))
