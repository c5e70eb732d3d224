from pathlib import Path

from django.core.management.base import BaseCommand, no_translations
from django.db import transaction

from cities.merging import load
from cities.models import City
from thirdsector.models import Organisation

REFERENCE = Path(__file__).parents[2] / "reference"


class Command(BaseCommand):
    help = (
        "Loads the real organisations that come with the portal (thirdsector/reference/organisations.json), "
        "as often as you like. A value that a person edited stays. A new one is active in the city of its "
        "seat, until people say otherwise."
    )

    @no_translations
    @transaction.atomic
    def handle(self, **options):
        known = list(Organisation.objects.values_list("fiscal_code", flat=True))
        self.stdout.write(load(Organisation, "fiscal_code", REFERENCE / "organisations.json"))
        cities = dict(City.objects.values_list("name", "pk"))
        through = Organisation.cities.through
        through.objects.bulk_create(
            through(organisation=organisation, city_id=cities[organisation.seat])
            for organisation in Organisation.objects.exclude(fiscal_code__in=known)
            if organisation.seat in cities
        )
