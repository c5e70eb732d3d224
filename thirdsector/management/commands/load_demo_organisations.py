from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cities.merging import read
from cities.models import City
from thirdsector.models import Organisation, OrganisationMembership, Role
from will_portal.accounts.models import User

INVENTED = Path(__file__).parents[2] / "reference" / "demo_organisations.json"
COOPERATIVE, ASSOCIATION = "99999919998", "99999929997"
# Who of the demonstration accounts acts for which organisation.
MEMBERSHIPS = [
    ("rappresentante@cooperativa.example", COOPERATIVE, Role.REPRESENTATIVE),
    ("socio@cooperativa.example", COOPERATIVE, Role.MEMBER),
    ("rappresentante@associazione.example", ASSOCIATION, Role.REPRESENTATIVE),
]


class Command(BaseCommand):
    help = (
        "Create the invented organisations that are missing, and give the demonstration accounts that never "
        "acted for one their place."
    )

    @transaction.atomic
    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("Invented organisations and their accounts are refused in production.")
        rows = read(INVENTED)
        known = set(Organisation.objects.values_list("fiscal_code", flat=True))
        missing = [row for row in rows if row["fiscal_code"] not in known]
        cities = dict(City.objects.values_list("slug", "pk"))
        for row in missing:
            fields = {name: value for name, value in row.items() if name != "cities"}
            Organisation.objects.create(**fields).cities.set(cities[slug] for slug in row["cities"])
        self.stdout.write(
            f"Invented organisations: {len(missing)} created, {len(rows) - len(missing)} unchanged"
        )
        self.stdout.write(f"Demonstration memberships: {self.give_places()} created")

    def give_places(self):
        people = User.objects.filter(organisation_memberships=None).in_bulk(field_name="email")
        organisations = Organisation.objects.filter(invented=True).in_bulk(field_name="fiscal_code")
        missing = [
            OrganisationMembership(user=people[email], organisation=organisations[code], role=role)
            for email, code, role in MEMBERSHIPS
            if email in people
        ]
        return len(OrganisationMembership.objects.bulk_create(missing))
