from decimal import Decimal

import pytest
from django.urls import reverse

from initiatives.models import Partner
from tests.bodies import organisation
from tests.projects import entry, implementer, initiative

ENGLISH = {"accept-language": "en"}
ITALIAN = {"accept-language": "it"}


def url(project, partner=None, verb="partner"):
    if partner is None:
        return reverse("initiatives:partners", args=[project.public_id])
    return reverse(f"initiatives:{verb}", args=[project.public_id, partner.pk])


def add(client, project, headers=ENGLISH, **data):
    values = {"organisation": "Cooperativa sociale di prova", "role": "implementer"}
    return client.post(url(project), values | data, headers=headers)


@pytest.fixture
def body(db):
    return organisation("cooperativa")


def test_staff_add_an_organisation_by_its_name_and_it_is_active_in_the_city(client_of, body, parma):
    project = initiative("parma")
    assert add(client_of("parma_staff"), project).status_code == 302
    assert Partner.objects.get().organisation == body
    assert list(body.cities.all()) == [parma]


@pytest.mark.parametrize("text", ["00000019992", "Qualcosa (00000019992)", "cooperativa SOCIALE"])
def test_an_organisation_is_known_by_its_code_or_a_part_of_its_name(client_of, body, text):
    assert add(client_of("parma_staff"), initiative("parma"), organisation=text).status_code == 302


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("di prova", "add the fiscal code"), ("Atlantide", "no such organisation"), ("", "required")],
)
def test_an_organisation_that_is_not_clear_is_asked_for_again(client_of, body, text, sentence):
    organisation("associazione")
    page = add(client_of("parma_staff"), initiative("parma"), organisation=text).text
    assert sentence in page
    assert f'value="{text}"' in page or not text


def test_a_closed_organisation_is_not_offered(client_of, body):
    body.status = "closed"
    body.save()
    client = client_of("parma_staff")
    assert body.name not in client.get(url(initiative("parma"))).text
    assert "no such organisation" in add(client, initiative("parma")).text


def test_contributions_are_read_as_italians_write_them(client_of, body):
    data = {"cash": "1.234", "in_kind": "1.234,56", "hours": "12,5"}
    add(client_of("parma_staff"), initiative("parma"), headers=ITALIAN, **data)
    partner = Partner.objects.get()
    assert (partner.cash, partner.in_kind, partner.hours) == (1234, Decimal("1234.56"), Decimal("12.5"))


def test_an_amount_that_cannot_be_read_is_shown_back_with_an_example(client_of, body):
    page = add(client_of("parma_staff"), initiative("parma"), headers=ITALIAN, cash="12.34.5").text
    assert "1.234,56" in page
    assert 'value="12.34.5"' in page


def test_a_contribution_is_not_less_than_nothing(client_of, body):
    data = {"cash": "-1", "in_kind": "-2", "hours": "-3"}
    text = add(client_of("parma_staff"), initiative("parma"), **data).text
    assert text.count("Write zero or more.") >= 3
    assert "greater than" not in text


@pytest.mark.parametrize(("origin", "invented"), [("city", True), ("invented", False)])
def test_real_and_invented_never_mix(client_of, body, origin, invented):
    body.invented = invented
    body.save()
    project = initiative("parma", origin=origin)
    client = client_of("parma_staff")
    assert body.fiscal_code not in client.get(url(project)).text
    assert "Real and invented never mix" in add(client, project).text
    assert not Partner.objects.exists()


def test_what_is_invented_takes_part_in_what_is_invented(client_of, body):
    body.invented = True
    body.save()
    assert add(client_of("parma_staff"), initiative("parma", origin="invented")).status_code == 302


def test_an_organisation_has_a_role_once(client_of, body):
    implementer("parma", "cooperativa")
    assert "has this role already" in add(client_of("parma_staff"), initiative("parma")).text
    assert add(client_of("parma_staff"), initiative("parma"), role="funder").status_code == 302


def test_a_part_ends_with_a_date(client_of, body):
    partner = implementer("parma", "cooperativa")
    client = client_of("parma_staff")
    assert client.post(url(initiative("parma"), partner), {"until": "2026-05-01"}).status_code == 302
    partner.refresh_from_db()
    assert partner.until.isoformat() == "2026-05-01"


def test_an_end_before_the_beginning_is_refused(client_of, body):
    partner = implementer("parma", "cooperativa")
    data = {"since": "2026-06-01", "until": "2026-05-01"}
    page = client_of("parma_staff").post(url(initiative("parma"), partner), data, headers=ENGLISH).text
    assert "ends after it began" in page


def test_a_change_moves_no_part_to_another_organisation(client_of, body):
    partner = implementer("parma", "cooperativa")
    data = {"organisation": organisation("associazione").name, "role": "funder"}
    client_of("parma_staff").post(url(initiative("parma"), partner), data)
    partner.refresh_from_db()
    assert (partner.organisation, partner.role) == (body, "implementer")


def test_a_part_entered_by_mistake_is_removed(client_of, body):
    partner = implementer("parma", "cooperativa")
    client_of("parma_staff").post(url(initiative("parma"), partner, "partner_remove"))
    assert not Partner.objects.exists()


def test_another_part_of_a_body_that_delivered_is_removed(client_of, body, cast):
    implementer("parma", "cooperativa")
    entry(initiative("parma"), cast.parma_staff, delivered_by=body)
    funder = Partner.objects.create(initiative=initiative("parma"), organisation=body, role="funder")
    client_of("parma_staff").post(url(initiative("parma"), funder, "partner_remove"))
    assert Partner.objects.get().role == "implementer"


def test_a_part_that_delivered_something_ends_instead(client_of, body, cast):
    partner = implementer("parma", "cooperativa")
    entry(initiative("parma"), cast.parma_staff, delivered_by=body)
    answer = client_of("parma_staff").post(
        url(initiative("parma"), partner, "partner_remove"), headers=ENGLISH, follow=True
    )
    assert "has logged deliveries" in answer.text
    assert Partner.objects.exists()


def test_a_part_is_found_through_its_own_initiative_only(client_of, body):
    foreign = implementer("verona", "cooperativa")
    client = client_of("parma_staff")
    assert client.get(url(initiative("parma"), foreign)).status_code == 404
    assert client.post(url(initiative("parma"), foreign, "partner_remove")).status_code == 404
    assert Partner.objects.exists()


def test_everybody_reads_who_takes_part(client_of, body):
    implementer("parma", "cooperativa")
    assert body.name in client_of("partner_member").get(initiative("parma").get_absolute_url()).text
