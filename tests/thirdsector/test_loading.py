import pytest
from django.core.management import CommandError, call_command

from tests.places import city
from thirdsector.models import Organisation, OrganisationMembership

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten_cities():
    call_command("load_cities")


def test_the_real_bodies_are_active_where_they_have_their_seat():
    city("parma")
    call_command("load_organisations")
    body = Organisation.objects.get(fiscal_code="00270540347")
    assert [place.name for place in body.cities.all()] == ["Parma"]
    assert (body.status, body.invented) == ("pending", False)
    assert "CC BY 4.0" in body.source


def test_loading_again_changes_nothing_that_people_edited():
    parma = city("parma")
    call_command("load_organisations")
    body = Organisation.objects.get(fiscal_code="00270540347")
    Organisation.objects.filter(pk=body.pk).update(name="Un altro nome", status="verified")
    body.cities.clear()
    call_command("load_organisations")
    body.refresh_from_db()
    assert (body.name, body.status, parma in body.cities.all()) == ("Un altro nome", "verified", False)


def test_the_demonstration_is_loaded_once(ten_cities):
    call_command("load_demo_accounts")
    call_command("load_demo_organisations")
    call_command("load_demo_organisations")
    assert Organisation.objects.filter(invented=True).count() == 12
    assert OrganisationMembership.objects.count() == 3


def test_somebody_who_was_sent_away_does_not_come_back_with_the_demonstration(ten_cities):
    call_command("load_demo_accounts")
    call_command("load_demo_organisations")
    membership = OrganisationMembership.objects.first()
    membership.end(by=membership.user)
    call_command("load_demo_organisations")
    assert OrganisationMembership.objects.open().count() == 2


def test_nobody_of_the_demonstration_acts_for_a_real_body(ten_cities):
    call_command("load_demo_accounts")
    call_command("load_organisations")
    call_command("load_demo_organisations")
    assert not OrganisationMembership.objects.filter(organisation__invented=False).exists()
    assert not Organisation.objects.filter(invented=True).exclude(name__contains="(inventat").exists()


def test_production_gets_nothing_invented(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("load_demo_organisations")
    assert not Organisation.objects.exists()
