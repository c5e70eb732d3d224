"""Files and their rows go when their time is over; the receipt of what they did stays."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from initiatives.imports.working import RUN_LOCKS, alone, taken
from initiatives.models import ImportedRow, ImportProblem, ImportRun
from will_portal.common.models import StoredFile
from will_portal.common.stored_files import delete_unreferenced

State = ImportRun.State
# A worker is about to conclude these, whichever way.
UNTOUCHED = [State.LOADING, State.UNDOING]
# Nothing comes of these any more; for some days people may still want to see what they sent.
ENDED = [State.REFUSED, State.FAILED, State.DISCARDED]
ENDED_DAYS = 3
STOPPED = [State.READING, State.MATCHING, State.CHECKING, State.REVIEW]


def over():
    """The imports whose files have been here for as long as they may."""
    now = timezone.now()
    begun = Q(created__lt=now - timedelta(days=settings.IMPORT_DAYS))
    ended = Q(created__lt=now - timedelta(days=ENDED_DAYS), state__in=ENDED)
    return ImportRun.objects.filter(begun | ended, forgotten_at=None).exclude(state__in=UNTOUCHED)


def forget():
    """Delete what is kept no longer, one import after the other."""
    for pk in over().values_list("pk", flat=True):
        forget_run(pk)
    for pk in ended().values_list("pk", flat=True):
        drop_ended(pk)
    delete_unreferenced()


def ended():
    """Those that hold rows which nobody will look at."""
    left = Q(plain__isnull=False) | Q(pk__in=ImportedRow.objects.values("run"))
    return ImportRun.objects.filter(left, state__in=ENDED)


def forget_run(pk):
    with alone(RUN_LOCKS, pk) as free:
        run = over().select_for_update(no_key=True).filter(pk=pk).first() if free else None
        if run is None:
            return
        drop_rows(pk)
        run.forgotten_at = timezone.now()
        if run.state in STOPPED:
            run.state = State.DISCARDED
        drop_files(run)


def drop_ended(pk):
    with alone(RUN_LOCKS, pk) as free:
        if free:
            drop_rows(pk)
            StoredFile.objects.filter(pk__in=ImportRun.objects.filter(pk=pk).values("plain")).delete()


def drop_files(run):
    """Delete the files of an import and what is known of their cells, and save the import."""
    files = [run.file_id, run.plain_id, run.marked_id]
    run.file = run.plain = run.marked = None
    # Samples, titles and totals are cells of the file as well.
    run.understood = {}
    run.save()
    StoredFile.objects.filter(pk__in=files).delete()


def drop_rows(run):
    ImportedRow.objects.filter(run=run).delete()
    ImportProblem.objects.filter(run=run).delete()


def drop_free_rows(run):
    """Delete the rows now, unless a worker is at them: its own go with its work, the others at night."""
    if taken(RUN_LOCKS, run.pk):
        drop_rows(run)
