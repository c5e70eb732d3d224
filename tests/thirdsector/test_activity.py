"""Where an organisation does something, it is active, whatever is marked."""

import pytest
from django.urls import reverse

from tests.projects import entry, implementer, initiative
from thirdsector.models import OrganisationGrant
from thirdsector.models.people import givable_roles
from will_portal.accounts.actions import Refused, accept, invite

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def busy_body(new_body, verona):
    """Works in both cities, and takes part in an initiative of Verona."""
    implementer("verona", "senza rappresentante")
    new_body.cities.add(verona)
    return new_body


def mark(client, body, *cities):
    address = reverse("thirdsector:edit", args=[body.public_id])
    return client.post(address, {"cities": [city.pk for city in cities]}, headers=ENGLISH)


def test_a_city_in_whose_initiatives_it_takes_part_stays_marked(client_of, busy_body, verona):
    page = mark(client_of("verona_lead"), busy_body)
    assert "these cities stay marked: Verona" in page.text
    assert verona in busy_body.cities.all()


def test_a_city_without_anything_of_it_is_unmarked(client_of, busy_body, parma):
    mark(client_of("parma_lead"), busy_body)
    assert parma not in busy_body.cities.all()


def test_nobody_is_brought_in_past_a_city_that_is_not_marked(cast, busy_body, parma):
    busy_body.cities.set([parma])
    assert givable_roles(cast.parma_lead, busy_body) == set()


def test_nor_past_a_log_that_outlived_the_part(cast, new_body):
    project = initiative("verona")
    part = implementer("verona", "senza rappresentante")
    entry(project, cast.verona_lead, delivered_by=new_body)
    part.delete()
    assert givable_roles(cast.parma_lead, new_body) == set()


def test_a_part_in_an_initiative_of_the_own_city_hinders_nobody(cast, new_body):
    implementer("parma", "senza rappresentante")
    assert givable_roles(cast.parma_lead, new_body) == {"representative"}


def test_an_invitation_ends_with_a_part_in_a_city_of_others(cast, new_body):
    grant = OrganisationGrant(organisation=new_body, role="representative")
    invitation = invite(email=cast.nobody.email, language="it", grant=grant, by=cast.parma_lead)[0]
    implementer("verona", "senza rappresentante")
    with pytest.raises(Refused):
        accept(invitation=invitation, user=cast.nobody)


def test_facts_are_not_stated_past_a_city_that_is_not_marked(client_of, busy_body, parma):
    busy_body.cities.set([parma])
    address = reverse("thirdsector:history", args=[busy_body.public_id])
    assert client_of("parma_lead").get(address).status_code == 403
