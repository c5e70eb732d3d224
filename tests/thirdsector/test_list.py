import csv

import pytest
from django.urls import reverse

from thirdsector.models import Organisation

ENGLISH = {"accept-language": "en"}
HTMX = ENGLISH | {"HX-Request": "true"}
LIST = reverse("thirdsector:list")


@pytest.fixture
def bodies(parma, verona):
    values = [
        ("Forlì solidale", "00000000109", "ASSR", "b", "verified", [parma]),
        ("L'Alba cooperativa", "00000000208", "COOPSA", "d", "pending", [parma, verona]),
        ("Zeta", "00000000307", "FOND", "", "closed", []),
    ]
    for name, code, form, section, status, cities in values:
        body = Organisation.objects.create(
            name=name,
            fiscal_code=code,
            legal_form=form,
            runts_section=section,
            status=status,
            seat_province="PR",
        )
        body.cities.set(cities)


def found(client, **query):
    return [row["name"] for row in client.get("/third-sector.json", query).json()["organisations"]]


@pytest.mark.parametrize("text", ["forli", "FORLÌ", "forlì solid", "00000000109", "IT 000000 00109"])
def test_an_organisation_is_found_by_its_name_however_spelled_or_by_its_code(client, bodies, text):
    assert found(client, q=text) == ["Forlì solidale"]


@pytest.mark.parametrize("text", ["cooperative", "alba cooperativ", "Cooperative  ALBE", "la cooperativa"])
def test_an_organisation_is_found_by_the_beginnings_of_its_words(client, bodies, text):
    assert found(client, q=text) == ["L'Alba cooperativa"]


@pytest.mark.parametrize("text", ["cooperativa forlì", "alba fondazione"])
def test_each_word_of_a_search_occurs(client, bodies, text):
    assert found(client, q=text) == []


@pytest.mark.parametrize("text", ["109", "0109"])
def test_a_fiscal_code_that_lost_its_zeros_is_found(client, bodies, text):
    assert found(client, q=text) == ["Forlì solidale"]


def test_the_words_of_a_search_are_no_pattern(client, bodies):
    assert found(client, q="z.ta ([") == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"city": "verona"}, ["L'Alba cooperativa"]),
        ({"city": "parma"}, ["Forlì solidale", "L'Alba cooperativa"]),
        ({"section": "d"}, ["L'Alba cooperativa"]),
        ({"form": "FOND"}, ["Zeta"]),
        ({"status": "verified"}, ["Forlì solidale"]),
        ({"city": "parma", "status": "pending"}, ["L'Alba cooperativa"]),
    ],
)
def test_organisations_are_filtered(client, bodies, query, names):
    assert found(client, **query) == names


def test_a_list_that_finds_nothing_leads_back_to_all(client, bodies):
    page = client.get(LIST, {"q": "nulla"}, headers=ENGLISH).text
    assert "No organisation matches" in page
    assert f'href="{LIST}"' in page


def test_an_empty_directory_says_so(client, db):
    assert "No organisation has been entered yet." in client.get(LIST, headers=ENGLISH).text


def test_htmx_gets_the_rows_alone(client, bodies):
    text = client.get(LIST, headers=HTMX).text
    assert "Zeta" in text
    assert "<h1>" not in text


def test_an_unknown_choice_is_explained_and_not_downloaded(client, bodies):
    assert "alert-danger" in client.get(LIST, {"city": "atlantide"}).text
    assert client.get("/third-sector.csv", {"city": "atlantide"}).status_code == 400


def test_the_csv_holds_the_same_rows_as_the_page(client, bodies):
    text = client.get("/third-sector.csv", {"city": "verona"}).getvalue().decode()
    rows = list(csv.DictReader(text.splitlines()))
    assert [(row["fiscal_code"], row["cities"]) for row in rows] == [("00000000208", "Parma, Verona")]


def test_the_csv_for_excel_is_a_table_in_the_words_of_the_reader(client, bodies):
    page = client.get(LIST, {"city": "verona"}, headers=ENGLISH).text
    assert 'href="/third-sector.csv?city=verona&amp;format=excel"' in page
    query = {"city": "verona", "format": "excel"}
    file = client.get("/third-sector.csv", query, headers={"accept-language": "it"})
    content = file.getvalue()
    text = content.decode("utf-8-sig")
    assert content.startswith(b"\xef\xbb\xbf")
    assert text.startswith("Codice fiscale;")
    assert '"=""00000000208""";L\'Alba cooperativa;' in text


def store(count, city):
    made = Organisation.objects.bulk_create(
        Organisation(name=f"Ente {number}", fiscal_code=f"{number:011}", seat="Parma", seat_province="PR")
        for number in range(count)
    )
    through = Organisation.cities.through
    through.objects.bulk_create(through(organisation=body, city=city) for body in made)


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_asks_the_database_as_often_for_fifty_as_for_one(
    client, parma, django_assert_num_queries, count
):
    store(count, parma)
    with django_assert_num_queries(4):
        client.get(LIST)


def test_fifty_make_a_page_and_the_choice_is_kept_from_page_to_page(client, parma):
    store(51, parma)
    first = client.get(LIST, {"city": "parma"}, headers=ENGLISH)
    assert len(first.context["organisations"]) == 50
    assert "?city=parma&amp;page=2" in first.text
    assert len(client.get(LIST, {"city": "parma", "page": "2"}).context["organisations"]) == 1


@pytest.mark.parametrize("page", ["0", "-1", "x", "99"])
def test_a_page_that_there_is_not_shows_the_nearest(client, bodies, page):
    assert "Zeta" in client.get(LIST, {"page": page}).text


def test_only_those_who_may_add_are_offered_it(client_of, parma):
    offered = {
        role: reverse("thirdsector:add") in client_of(role).get(LIST).text
        for role in ["anonymous", "parma_staff", "parma_lead", "partner_representative", "coordinator"]
    }
    assert [role for role, is_offered in offered.items() if is_offered] == ["parma_lead", "coordinator"]
