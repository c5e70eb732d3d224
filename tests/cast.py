"""The people of the tests: one table, so that a role that gains rights gains them in every test."""

from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from will_portal.accounts.models import User

PASSWORD = "will"


@dataclass(frozen=True)
class Person:
    email: str
    fields: dict = field(default_factory=dict)


CAST = {
    "parma_staff": Person("operatore@parma.example"),
    "parma_lead": Person("referente@parma.example"),
    "verona_staff": Person("operatore@verona.example"),
    "verona_lead": Person("referente@verona.example"),
    "partner_representative": Person("rappresentante@cooperativa.example"),
    "partner_member": Person("socio@cooperativa.example"),
    "rival_representative": Person("rappresentante@associazione.example"),
    "researcher": Person("ricerca@universita.example"),
    "coordinator": Person("coordinamento@will.example"),
    "nobody": Person("nessuno@altrove.example"),
    "administrator": Person("admin@will.example", {"is_staff": True, "is_superuser": True}),
}
ROLES = ["anonymous", *CAST]


def enter():
    """Store the whole cast and return it as {role: user}; everybody has confirmed their e-mail."""
    password = make_password(PASSWORD)
    people = {
        role: User(email=person.email, password=password, **person.fields) for role, person in CAST.items()
    }
    User.objects.bulk_create(people.values())
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people.values()
    )
    return people
