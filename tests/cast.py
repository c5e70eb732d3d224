"""The people of the tests: one table, so that a role that gains rights gains them in every test."""

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from cities.models import CityMembership
from tests.bodies import organisation
from tests.places import cities, key
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
    give_places(people)
    return people


def give_places(people):
    works = {role: person.works for role, person in CAST.items() if person.works}
    places = cities(*dict.fromkeys(slug for slug, _role in works.values()))
    CityMembership.objects.bulk_create(
        CityMembership(id=key(name), user=people[name], city=places[slug], role=role)
        for name, (slug, role) in works.items()
    )
    acts = {role: person.acts for role, person in CAST.items() if person.acts}
    bodies = {body: organisation(body) for body in dict.fromkeys(body for body, _role in acts.values())}
    OrganisationMembership.objects.bulk_create(
        OrganisationMembership(id=key(name), user=people[name], organisation=bodies[body], role=role)
        for name, (body, role) in acts.items()
    )
    User.groups.through.objects.bulk_create(
        # Tests that empty the database take along what migrations put there.
        User.groups.through(user=people[name], group=Group.objects.get_or_create(name=person.group)[0])
        for name, person in CAST.items()
        if person.group
    )
