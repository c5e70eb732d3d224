from pathlib import Path

from django.core.management.base import BaseCommand, no_translations
from django.db import transaction

from cities.merging import Outcomes, build, linked, load, read, refusal_at
from evaluation.models import Indicator, IndicatorVersion

REFERENCE = Path(__file__).parents[2] / "reference"


class Command(BaseCommand):
    help = (
        "Loads the indicators that come with the portal and their definitions (evaluation/reference/), as "
        "often as you like. A version that is stored stays as it is, whatever the file says meanwhile: put a "
        "new one into the file. It is left out where people have added one of its day or later."
    )

    @no_translations
    @transaction.atomic
    def handle(self, **options):
        self.stdout.write(load(Indicator, "code", REFERENCE / "indicators.json"))
        self.stdout.write(load_versions(REFERENCE / "indicator_versions.json"))


def load_versions(path):
    links = {"indicator": dict(Indicator.objects.order_by().values_list("code", "pk"))}
    outcomes = Outcomes()
    for number, values in enumerate(read(path), start=1):
        with refusal_at(f"{path.name}, row {number}"):
            incoming = build(IndicatorVersion, "indicator", linked(values, links))
            outcomes.note(*store_version(incoming, f"{values['indicator']} {incoming.valid_from}"))
    return f"versions of indicators: {outcomes}"


def store_version(incoming, name):
    """Save the version unless one of its day or a later one is there; return as `merging.store`."""
    stored = incoming.indicator.versions.filter(valid_from__gte=incoming.valid_from).last()
    if stored is None:
        incoming.full_clean()
        incoming.save()
        return "created", name, []
    return "unchanged", name, differences(stored, incoming)


def differences(stored, incoming):
    return [field for field in incoming.loaded if getattr(stored, field) != getattr(incoming, field)]
