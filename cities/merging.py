"""Loads rows from files without overwriting people.

Each row remembers in `loaded` what a file last gave it. A field that differs from that was edited by a person
and is kept; the others follow the file.
"""

import json
from collections import Counter
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError


class Outcomes(Counter):
    """How many rows were created, changed, unchanged, and which fields were kept as people edited them."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def note(self, outcome, name, kept):
        self[outcome] += 1
        self.kept += [f"{name} {field}" for field in kept]

    def __str__(self):
        counts = ", ".join(f"{self[outcome]} {outcome}" for outcome in ["created", "changed", "unchanged"])
        names = f" ({', '.join(self.kept)})" if self.kept else ""
        return f"{counts}, {len(self.kept)} kept as edited{names}"


def load(model, key, path, links=None, adopt_by=None):
    """Merge the rows of the file, known by their key, into the table; return the line that reports it.

    `links` translates what the file calls another row: {"city": {"G337": 6}}. `adopt_by` names the field by
    which a row that a person entered before the file did, and which therefore has no key, is recognised.
    """
    existing = model.objects.select_for_update().in_bulk(field_name=key)
    by_hand = entered_by_hand(model, key, adopt_by) if adopt_by else {}
    outcomes = Outcomes()
    for number, values in enumerate(read(path), start=1):
        with refusal_at(f"{path.name}, row {number}"):
            incoming = build(model, key, linked(values, links or {}))
            # Taken out, so that a second row with the same key is refused as a double.
            row = existing.pop(getattr(incoming, key), None)
            if row is None and adopt_by:
                row = adopted(by_hand.pop(getattr(incoming, adopt_by), None), incoming, key)
            outcomes.note(*store(row, incoming, key))
    return f"{model._meta.verbose_name_plural}: {outcomes}"


def entered_by_hand(model, key, field):
    rows = model.objects.select_for_update().filter(**{key: None})
    # Of several the first.
    return {getattr(row, field): row for row in reversed(rows)}


def adopted(row, incoming, key):
    """Give the row the key and memory of the file, so that what differs counts as edited; pass on None."""
    if row:
        setattr(row, key, getattr(incoming, key))
        row.loaded = incoming.loaded
        row.save(update_fields=[key, "loaded"])
    return row


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


def linked(values, links):
    # What is not found stays, and is refused by name when the row is checked.
    return values | {field: ids.get(values.get(field), values.get(field)) for field, ids in links.items()}


def build(model, key, values):
    """Return an unsaved row of these values: a valid one for the key and for every field that people edit."""
    fields = {
        field.name: field for field in model._meta.concrete_fields if field.editable or field.name == key
    }
    del fields["id"]
    for name in sorted(fields.keys() ^ values.keys()):
        raise ValidationError({name: "It is missing." if name in fields else "There is no such field."})
    row = model(loaded=values, **{fields[name].attname: value for name, value in values.items()})
    row.clean_fields()
    return row


def store(row, incoming, key):
    """Save what the file brings; return the outcome, the name of the row and the fields kept."""
    name = getattr(incoming, key)
    if row is None:
        incoming.full_clean()
        incoming.save()
        return "created", name, []
    before = row.loaded
    outcome, kept = merge(row, incoming)
    if row.loaded != before:
        row.full_clean()
        row.save()
    return outcome, name, kept


def merge(row, incoming):
    """Give the row each incoming value that no person has replaced; return the outcome and the fields kept.

    Nothing is saved. Whatever there is to save shows in `row.loaded`.
    """
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
    row.loaded = loaded
    return "changed" if changed else "unchanged", kept
