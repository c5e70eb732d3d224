"""The people of the tests: one table, so that a role that gains rights gains them in every test."""

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from cities.models import CityMembership
from tests.bodies import organisation
from tests.places import city, key
from thirdsector.models import OrganisationMembership
from will_portal.accounts.models import User

PASSWORD = "will"


@dataclass(frozen=True)
class Person:
    email: str
    fields: dict = field(default_factory=dict)
    # (slug of a city, role there)
    works: tuple = ()
    # (name of an organisation, role there)
    acts: tuple = ()
    group: str = ""


CAST = {
    "parma_staff": Person("operatore@parma.example", works=("parma", "staff")),
    "parma_lead": Person("referente@parma.example", works=("parma", "lead")),
    "verona_staff": Person("operatore@verona.example", works=("verona", "staff")),
    "verona_lead": Person("referente@verona.example", works=("verona", "lead")),
    "partner_representative": Person(
        "rappresentante@cooperativa.example", acts=("cooperativa", "representative")
    ),
    "partner_member": Person("socio@cooperativa.example", acts=("cooperativa", "member")),
    "rival_representative": Person(
        "rappresentante@associazione.example", acts=("associazione", "representative")
    ),
    "researcher": Person("ricerca@universita.example", group="researcher"),
    "coordinator": Person("coordinamento@will.example", group="coordinator"),
    "nobody": Person("nessuno@altrove.example"),
    "administrator": Person("admin@will.example", {"is_staff": True, "is_superuser": True}),
}
ROLES = ["anonymous", *CAST]


def enter():
    """Store the whole cast and return it as {role: user}: with confirmed e-mail and place."""
    password = make_password(PASSWORD)
    people = {
        role: User(email=person.email, password=password, public_id=key(role), **person.fields)
        for role, person in CAST.items()
    }
    User.objects.bulk_create(people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people.values()
    )
    for role, user in people.items():
        give_place(role, user, CAST[role])
    return people


def give_place(name, user, person):
    if person.works:
        slug, role = person.works
        CityMembership.objects.create(id=key(name), user=user, city=city(slug), role=role)
    if person.acts:
        body, role = person.acts
        OrganisationMembership.objects.create(
            id=key(name), user=user, organisation=organisation(body), role=role
        )
    if person.group:
        # Tests that empty the database take along what migrations put there.
        user.groups.add(Group.objects.get_or_create(name=person.group)[0])
