import json
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, no_translations
from django.db import transaction

from cities.models import City, Region

REFERENCE = Path(__file__).parents[2] / "reference"


class Command(BaseCommand):
    help = (
        "Loads the regions and cities that come with the portal (cities/reference/), as often as you like. "
        "A value that a person edited stays; the others follow the files. A row that is missing in the "
        "database is created even if somebody deleted it, so the administration deletes only cities added by "
        "hand. A row that is missing in the files stays as it is."
    )

    @no_translations
    @transaction.atomic
    def handle(self, **options):
        self.stdout.write(load(Region, "istat_code", REFERENCE / "regions.json"))
        self.stdout.write(load(City, "cadastral_code", REFERENCE / "cities.json"))


def load(model, key, path):
    """Merge the rows of the file, known by their key, into the table; return the line that reports it."""
    existing = model.objects.select_for_update().in_bulk(field_name=key)
    outcomes, edited = Counter(), []
    for number, values in enumerate(read(path), start=1):
        with refusal_at(f"{path.name}, row {number}"):
            incoming = build(model, values)
            # Taken out, so that a second row with the same key is refused as a double.
            row = existing.pop(values[key], None)
            outcome, kept = merge(row, incoming) if row else create(incoming)
        outcomes[outcome] += 1
        edited += [f"{values[key]} {name}" for name in kept]
    counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in ["created", "changed", "unchanged"])
    names = f" ({', '.join(edited)})" if edited else ""
    return f"{model._meta.verbose_name_plural}: {counts}, {len(edited)} kept as edited{names}"


def read(path):
    try:
        return json.loads(path.read_text(encoding="utf-8"))["rows"]
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"{path.name} is no JSON object with rows, so nothing was loaded: {error}"
        ) from error


@contextmanager
def refusal_at(place):
    try:
        yield
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise CommandError(f"{place}, field {field}, so nothing was loaded: {messages[0]}") from error


def build(model, values):
    """Return an unsaved row of these values: one, and a valid one, for every field that people can edit."""
    fields = {field.name: field for field in model._meta.concrete_fields if field.editable}
    del fields["id"]
    for name in sorted(fields.keys() ^ values.keys()):
        raise ValidationError({name: "It is missing." if name in fields else "There is no such field."})
    row = model(loaded=values, **{fields[name].attname: value for name, value in values.items()})
    row.clean_fields()
    return row


def create(row):
    row.full_clean()
    row.save()
    return "created", []


def merge(row, incoming):
    """Give the row each incoming value that no person has replaced; return the outcome and fields kept."""
    loaded, changed, kept = dict(row.loaded), [], []
    for name, value in incoming.loaded.items():
        field = row._meta.get_field(name)
        current, new = getattr(row, field.attname), getattr(incoming, field.attname)
        last = field.to_python(loaded[name]) if name in loaded else field.get_default()
        if current not in (last, new):
            kept.append(name)
            continue
        loaded[name] = value
        if current != new:
            setattr(row, field.attname, new)
            changed.append(name)
    if loaded != row.loaded:
        row.loaded = loaded
        row.full_clean()
        row.save()
    return "changed" if changed else "unchanged", kept
