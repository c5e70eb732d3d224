from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, no_translations

from cities.context_files import FileRefused, import_figures


class Command(BaseCommand):
    help = (
        "Imports context figures of cities (population, ageing index ...) from a CSV file, as often as you "
        "like: one line for each series and city, columns series, city, source, licence and one for each "
        "year. docs/data-sources.md describes the format. A bad cell refuses the whole file; a figure that a "
        "person edited is kept."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    @no_translations
    def handle(self, file, **options):
        try:
            self.stdout.write(f"context figures: {import_figures(file)}")
        except FileRefused as error:
            raise CommandError(f"{file.name} was refused and nothing was imported:\n{error}") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
