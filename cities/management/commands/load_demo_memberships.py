from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from cities.models import City, CityMembership, Role
from will_portal.accounts.models import User

# Who of the demonstration accounts works for which city.
MEMBERSHIPS = [
    ("operatore@parma.example", "parma", Role.STAFF),
    ("referente@parma.example", "parma", Role.LEAD),
    ("operatore@verona.example", "verona", Role.STAFF),
    ("referente@verona.example", "verona", Role.LEAD),
]


class Command(BaseCommand):
    help = "Give the demonstration accounts that never worked for a city their place in one."

    @transaction.atomic
    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("Demonstration accounts have a public password and are refused in production.")
        people = User.objects.filter(city_memberships=None).in_bulk(field_name="email")
        cities = City.objects.without_shapes().in_bulk(field_name="slug")
        missing = [
            CityMembership(user=people[email], city=cities[slug], role=role)
            for email, slug, role in MEMBERSHIPS
            if email in people
        ]
        CityMembership.objects.bulk_create(missing)
        self.stdout.write(
            f"Demonstration memberships: {len(missing)} created, {len(MEMBERSHIPS) - len(missing)} unchanged"
        )
