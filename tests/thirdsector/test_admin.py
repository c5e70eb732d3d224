from django.urls import reverse

from thirdsector.models import Organisation, OrganisationMembership

ENGLISH = {"accept-language": "en"}
ADD = reverse("admin:thirdsector_organisation_add")


def form(**fields):
    values = {
        "name": "Ente di prova",
        "fiscal_code": "IT 00270540347",
        "seat": "Parma",
        "seat_province": "PR",
    }
    return values | {"status": "pending"} | fields


def test_a_coordinator_adds_an_organisation_in_the_administration(client_of, parma):
    client_of("coordinator").post(ADD, form(cities=[parma.pk]))
    assert list(Organisation.objects.get(fiscal_code="00270540347").cities.all()) == [parma]


def test_the_administration_refuses_the_tax_code_of_a_person(client_of):
    page = client_of("coordinator").post(ADD, form(fiscal_code="RSSMRA80A01G337X"), headers=ENGLISH)
    assert "tax code of a person" in page.text


def test_an_organisation_of_the_reference_data_cannot_be_deleted(client_of, new_body):
    Organisation.objects.update(loaded={"name": new_body.name})
    address = reverse("admin:thirdsector_organisation_delete", args=[new_body.pk])
    assert client_of("administrator").post(address, {"post": "yes"}).status_code == 403


def test_memberships_are_looked_up_and_not_changed(client_of, cooperative):
    membership = OrganisationMembership.objects.first()
    address = reverse("admin:thirdsector_organisationmembership_change", args=[membership.pk])
    client = client_of("administrator")
    assert client.get(address).status_code == 200
    assert client.post(address, {"role": "representative"}).status_code == 403
