import pytest
from django.urls import reverse

from cities.models import CityMembership
from thirdsector.models import Organisation
from will_portal.accounts.models import User
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
def test_leads_coordinators_and_administrators_verify(client_of, new_body, role):
    edit(client_of(role), new_body, status="verified")
    new_body.refresh_from_db()
    assert new_body.status == "verified"


def test_a_lead_states_no_facts_of_a_body_that_represents_itself(client_of, cooperative, verona):
    edit(client_of("parma_lead"), cooperative, name="Altro", status="closed", cities=[])
    cooperative.refresh_from_db()
    assert (cooperative.name, cooperative.status) == ("Cooperativa sociale di prova", "verified")
    assert list(cooperative.cities.all()) == [verona]


def test_a_lead_states_no_facts_of_a_body_that_works_in_a_city_of_others(client_of, new_body, verona):
    new_body.cities.add(verona)
    edit(client_of("parma_lead"), new_body, name="Altro")
    new_body.refresh_from_db()
    assert new_body.name != "Altro"


def test_who_says_the_cities_alone_is_told_why_and_asked_for_nothing_else(client_of, cooperative):
    text = client_of("parma_lead").get(url("edit", cooperative), headers=ENGLISH).text
    assert "Its other facts are changed by" in text
    assert 'name="name"' not in text


@pytest.mark.parametrize(("role", "code"), [("parma_lead", "00000039990"), ("coordinator", "00270540347")])
def test_only_coordinators_make_of_an_organisation_another_body(client_of, new_body, role, code):
    edit(client_of(role), new_body, fiscal_code="00270540347", name="Altro")
    new_body.refresh_from_db()
    assert (new_body.fiscal_code, new_body.name) == (code, "Altro")


def test_fields_that_the_form_does_not_offer_are_ignored(client_of, cooperative):
    edit(client_of("coordinator"), cooperative, invented="on", source="x")
    cooperative.refresh_from_db()
    assert (cooperative.invented, cooperative.source) == (False, "")


def test_the_history_tells_what_changed_in_words(client_of, new_body):
    edit(client_of("parma_lead"), new_body, status="closed")
    text = client_of("parma_lead").get(url("history", new_body), headers=ENGLISH).text
    assert "<del>to be verified</del> <ins>closed</ins>" in text


@pytest.mark.parametrize(
    ("actor", "reader", "told"),
    [
        ("parma_lead", "coordinator", "Anna"),
        ("parma_lead", "parma_lead", "Anna"),
        ("coordinator", "parma_lead", "the programme"),
    ],
)
def test_the_history_names_people_to_their_own_side_and_to_coordinators(
    client_of, new_body, actor, reader, told
):
    edit(client_of(actor), new_body, name="Altro")
    User.objects.filter(email__startswith="referente@parma").update(display_name="Anna")
    User.objects.filter(email__startswith="coordinamento").update(display_name="Carlo")
    text = client_of(reader).get(url("history", new_body), headers=ENGLISH).text
    assert f"<td>{told}</td>" in text


def test_the_history_tells_of_others_their_side(client_of, cast, cooperative):
    for role in ["coordinator", "partner_representative"]:
        edit(client_of(role), cooperative, name=role)
    CityMembership.objects.filter(user=cast.verona_lead).update(user=cast.coordinator)
    User.objects.update(display_name="Carlo")
    text = client_of("partner_representative").get(url("history", cooperative), headers=ENGLISH).text
    assert "<td>the city of Verona</td>" in text
    assert "<td>Carlo</td>" in text
    assert text.count("<td>Carlo</td>") == 1


@pytest.mark.parametrize("reader", ["partner_representative", "coordinator", "administrator"])
def test_the_history_shows_no_email_for_want_of_a_name(client_of, cast, cooperative, reader):
    edit(client_of("partner_representative"), cooperative, name="Altro")
    text = client_of(reader).get(url("history", cooperative), headers=ENGLISH).text
    assert "<td>the organisation</td>" in text
    assert "rappresentante@cooperativa.example</td>" not in text


def test_a_script_in_a_name_is_shown_as_text(client_of, cooperative):
    edit(client_of("partner_representative"), cooperative, name="<script>alert(1)</script>")
    for page in [cooperative.get_absolute_url(), reverse("thirdsector:list")]:
        assert "<script>alert" not in client_of("anonymous").get(page).text


def test_a_website_without_a_protocol_is_taken_as_secure(client_of, cooperative):
    edit(client_of("partner_representative"), cooperative, website="www.esempio.example")
    cooperative.refresh_from_db()
    assert cooperative.website == "https://www.esempio.example"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://esempio.example",
        "https://io:segreto@esempio.example",
        "https://banca.example@esempio.example",
    ],
)
def test_a_website_that_runs_code_or_hides_where_it_leads_is_refused(client_of, cooperative, address):
    edit(client_of("partner_representative"), cooperative, website=address)
    cooperative.refresh_from_db()
    assert cooperative.website == ""
