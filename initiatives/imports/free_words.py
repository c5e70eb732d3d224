"""Words that a city takes out of an entry, since they name somebody, also lie in the file they came with."""

from django.db.models import Q

from initiatives.models import ImportedRow, ImportRun
from will_portal.common.models import StoredFile

WORDS = ["note", "place", "return_note", "withdraw_reason"]
FILES = ["file", "plain", "marked"]


def take_out(entry):
    """Take them out of the rows from which the entry was imported, and delete the files of these imports."""
    place = Q(city=entry.city_id) | Q(organisation=entry.delivered_by_id, organisation__isnull=False)
    kept = ImportRun.objects.filter(place, forgotten_at=None)
    rows = list(ImportedRow.objects.filter(run__in=kept.values("pk"), target=entry.public_id))
    for row in rows:
        row.values, row.before = without_words(row.values), row.before and without_words(row.before)
    ImportedRow.objects.bulk_update(rows, ["values", "before"])
    runs = ImportRun.objects.filter(pk__in={row.run_id for row in rows})
    files = [pk for pks in runs.values_list(*FILES) for pk in pks if pk]
    runs.update(**dict.fromkeys(FILES))
    StoredFile.objects.filter(pk__in=files).delete()


def without_words(values):
    """Return the values with these words empty, also in the whole row that an undo would bring back."""
    cleared = {name: "" if name in WORDS and value else value for name, value in values.items()}
    if "_row" in cleared:
        cleared["_row"] = without_words(cleared["_row"])
    return cleared
