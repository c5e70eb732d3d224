"""Words that a city takes out of an entry, since they name somebody, also lie in the file they came with."""

from django.db import connection
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from initiatives.imports import retention
from initiatives.models import ImportedRow, ImportProblem, ImportRun

State = ImportRun.State
Outcome = ImportedRow.Outcome
WORDS = ["note", "place", "return_note", "withdraw_reason"]
# What these wrote stays, and can still be undone.
LOADED = [State.DONE, State.UNDOING, State.UNDONE]


def take_out(entry):
    """Delete the files of the imports that the entry came from, and these words in all of their rows.

    Only what an undo gives back to other entries stays. No worker is waited for: one that is about to load
    such a file finds it discarded and lets go of all.
    """
    place = Q(city=entry.city_id) | Q(organisation=entry.delivered_by_id, organisation__isnull=False)
    rows = ImportedRow.objects.filter(target=entry.public_id)
    runs = ImportRun.objects.filter(place, forgotten_at=None, pk__in=rows.values("run"))
    for run in runs.select_for_update(no_key=True).order_by("pk"):
        if run.state in LOADED:
            empty_words(run, entry)
        else:
            stop(run)
        retention.drop_files(run)


def stop(run):
    """Nothing comes of a file that is gone: whoever brought it is told, and may bring it again."""
    if run.state not in retention.ENDED:
        with translation.override(run.by.language):
            run.notice = _(
                "It held words that were taken out of an entry: bring the file again without them."
            )
        run.state, run.confirmed_at = State.DISCARDED, None
    run.forgotten_at = timezone.now()
    retention.drop_free_rows(run)


def empty_words(run, entry):
    """Keep the rows that were loaded, without these words."""
    ImportProblem.objects.filter(run=run).delete()
    unloaded = [Outcome.WRONG, Outcome.UNCHANGED, *([] if run.options.get("load_alike") else [Outcome.ALIKE])]
    ImportedRow.objects.filter(run=run, outcome__in=unloaded).delete()
    params = {"run": run.pk, "target": entry.public_id, "words": WORDS}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            UPDATE initiatives_importedrow SET "values" = {emptied('"values"')}, before = {emptied("before")}
            WHERE run_id = %(run)s AND ("values" ?| %(words)s OR before ?| %(words)s)
            """,  # nosec B608: names of our own
            params,
        )
        whole = "before -> '_row'"
        cursor.execute(
            f"""
            UPDATE initiatives_importedrow SET before = jsonb_set(before, '{{_row}}', {emptied(whole)})
            WHERE run_id = %(run)s AND target = %(target)s AND before ? '_row'
            """,  # nosec B608: names of our own
            params,
        )


def emptied(values):
    """SQL for an object whose words are empty."""
    return f"""({values} || (
        SELECT coalesce(jsonb_object_agg(word.key, ''::text), '{{}}')
        FROM jsonb_each_text({values}) AS word WHERE word.key = ANY (%(words)s) AND word.value <> ''
    ))"""  # nosec B608: names of our own
