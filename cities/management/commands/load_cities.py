from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from cities.context_files import FileRefused, import_figures
from cities.merging import load
from cities.models import City, ContextSeries, ProgrammeMembership, ProgrammeNote, Region

REFERENCE = Path(__file__).parents[2] / "reference"
FIGURES = ["context_population.csv", "context_demography.csv"]


class Command(BaseCommand):
    help = (
        "Loads the regions and cities that come with the portal, their time in the programme and their "
        "context figures (cities/reference/), as often as you like. A value that a person edited stays; the "
        "others follow the files. A row that is missing in the database is created even if somebody deleted "
        "it, so the administration deletes only what was added by hand. A row that is missing in the files "
        "stays as it is."
    )

    @no_translations
    @transaction.atomic
    def handle(self, **options):
        self.stdout.write(load(Region, "istat_code", REFERENCE / "regions.json"))
        self.stdout.write(load(City, "cadastral_code", REFERENCE / "cities.json"))
        links = {"city": dict(City.objects.order_by().values_list("cadastral_code", "pk"))}
        times = load(
            ProgrammeMembership, "reference", REFERENCE / "programme.json", links, adopt_by="city_id"
        )
        self.stdout.write(times)
        self.stdout.write(load(ProgrammeNote, "reference", REFERENCE / "programme_notes.json", links))
        self.stdout.write(load(ContextSeries, "code", REFERENCE / "context_series.json"))
        for name in FIGURES:
            self.stdout.write(f"{name}: {self.load_figures(REFERENCE / name)}")

    def load_figures(self, path):
        try:
            return import_figures(path)
        except FileRefused as error:
            raise CommandError(f"{path.name}, so nothing was loaded:\n{error}") from error
