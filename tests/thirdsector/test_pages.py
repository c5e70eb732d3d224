import pytest
from django.urls import reverse

from thirdsector.models import Organisation
from will_portal.common import panels

ENGLISH = {"accept-language": "en"}
ADD = reverse("thirdsector:add")
FORM = {
    "name": "Nuova cooperativa",
    "fiscal_code": "00270540347",
    "seat": "Parma",
    "seat_province": "PR",
    "status": "pending",
}


def url(route, body):
    return reverse(f"thirdsector:{route}", args=[body.public_id])


def edit(client, body, **fields):
    values = {
        name: getattr(body, name) for name in ["name", "fiscal_code", "seat", "seat_province", "status"]
    }
    kept = {"cities": [city.pk for city in body.cities.filter(slug="parma")]}
    return client.post(url("edit", body), values | kept | fields, headers=ENGLISH)


def test_what_is_invented_says_so_on_its_page_and_in_the_list(client, cooperative):
    Organisation.objects.update(invented=True)
    assert "it does not exist" in client.get(cooperative.get_absolute_url(), headers=ENGLISH).text
    assert "invented" in client.get(reverse("thirdsector:list"), headers=ENGLISH).text


def test_what_is_real_names_its_source_and_is_not_called_invented(client, cooperative):
    Organisation.objects.update(source="Un elenco pubblico")
    text = client.get(cooperative.get_absolute_url(), headers=ENGLISH).text
    assert "Un elenco pubblico" in text
    assert "invented" not in text


def test_higher_apps_add_panels_to_the_page(client, cooperative, monkeypatch):
    monkeypatch.setitem(panels._panels, "organisation", [lambda request, body: f"<p>More on {body.name}</p>"])
    assert f"More on {cooperative.name}" in client.get(cooperative.get_absolute_url()).text


def test_a_lead_adds_an_organisation_that_works_in_their_city(client_of, parma, verona):
    client_of("parma_lead").post(ADD, FORM | {"cities": [parma.pk]})
    assert list(Organisation.objects.get(fiscal_code=FORM["fiscal_code"]).cities.all()) == [parma]


@pytest.mark.parametrize("slug", [None, "verona"])
def test_a_lead_adds_none_that_does_not_work_in_their_city(client_of, parma, verona, slug):
    cities = {"cities": [verona.pk]} if slug else {}
    assert client_of("parma_lead").post(ADD, FORM | cities).status_code == 200
    assert not Organisation.objects.filter(fiscal_code=FORM["fiscal_code"]).exists()


def test_a_code_that_is_there_already_leads_to_its_page(client_of, cooperative, parma):
    page = client_of("parma_lead").post(
        ADD, FORM | {"fiscal_code": cooperative.fiscal_code, "cities": [parma.pk]}, headers=ENGLISH
    )
    assert "already in the directory" in page.text
    assert f'href="{cooperative.get_absolute_url()}"' in page.text
    assert "Nuova cooperativa" in page.text


def test_the_tax_code_of_a_person_is_not_stored(client_of, parma):
    page = client_of("parma_lead").post(
        ADD, FORM | {"fiscal_code": "RSSMRA80A01G337X", "cities": [parma.pk]}, headers=ENGLISH
    )
    assert "tax code of a person" in page.text


def test_a_lead_leaves_the_cities_of_others_as_they_are(client_of, cooperative, parma, verona):
    edit(client_of("parma_lead"), cooperative, cities=[])
    assert list(cooperative.cities.all()) == [verona]


def test_a_lead_marks_no_city_of_others(client_of, new_body, verona):
    edit(client_of("parma_lead"), new_body, cities=[verona.pk])
    assert verona not in new_body.cities.all()


def test_a_representative_says_in_which_cities_they_work(client_of, cooperative, verona):
    edit(client_of("partner_representative"), cooperative, cities=[verona.pk])
    assert list(cooperative.cities.all()) == [verona]


def test_a_representative_neither_verifies_nor_becomes_another_body(client_of, cooperative):
    Organisation.objects.update(status="pending")
    edit(
        client_of("partner_representative"),
        cooperative,
        status="verified",
        fiscal_code="00270540347",
        name="Altro",
    )
    cooperative.refresh_from_db()
    assert (cooperative.name, cooperative.status, cooperative.fiscal_code) == (
        "Altro",
        "pending",
        "00000019992",
    )


@pytest.mark.parametrize("role", ["parma_lead", "coordinator", "administrator"])
def test_leads_coordinators_and_administrators_verify(client_of, cooperative, role):
    Organisation.objects.update(status="pending")
    edit(client_of(role), cooperative, status="verified")
    cooperative.refresh_from_db()
    assert cooperative.status == "verified"


def test_fields_that_the_form_does_not_offer_are_ignored(client_of, cooperative):
    edit(client_of("coordinator"), cooperative, invented="on", source="x")
    cooperative.refresh_from_db()
    assert (cooperative.invented, cooperative.source) == (False, "")


def test_the_history_names_who_changed_what_in_words(client_of, cast, cooperative):
    edit(client_of("parma_lead"), cooperative, status="closed")
    text = client_of("partner_representative").get(url("history", cooperative), headers=ENGLISH).text
    assert "referente@parma.example" in text
    assert "<del>verified</del> <ins>closed</ins>" in text


def test_a_script_in_a_name_is_shown_as_text(client_of, cooperative):
    edit(client_of("partner_representative"), cooperative, name="<script>alert(1)</script>")
    for page in [cooperative.get_absolute_url(), reverse("thirdsector:list")]:
        assert "<script>alert" not in client_of("anonymous").get(page).text


def test_a_website_without_a_protocol_is_taken_as_secure(client_of, cooperative):
    edit(client_of("partner_representative"), cooperative, website="www.esempio.example")
    cooperative.refresh_from_db()
    assert cooperative.website == "https://www.esempio.example"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x"])
def test_a_website_that_runs_code_is_refused(client_of, cooperative, address):
    edit(client_of("partner_representative"), cooperative, website=address)
    cooperative.refresh_from_db()
    assert cooperative.website == ""
