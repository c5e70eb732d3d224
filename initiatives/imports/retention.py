"""Files and their rows go when their time is over; the receipt of what they did stays."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from initiatives.imports.working import RUN_LOCKS, alone
from initiatives.models import ImportedRow, ImportProblem, ImportRun
from will_portal.common.models import StoredFile
from will_portal.common.stored_files import delete_unreferenced

State = ImportRun.State
# A worker is about to conclude these, whichever way.
UNTOUCHED = [State.LOADING, State.UNDOING]
# Nothing comes of these any more.
ENDED = [State.REFUSED, State.FAILED, State.DISCARDED]
STOPPED = [State.READING, State.MATCHING, State.CHECKING, State.REVIEW]


def over():
    """The imports whose files have been here for as long as they may."""
    begun = timezone.now() - timedelta(days=settings.IMPORT_DAYS)
    return ImportRun.objects.filter(created__lt=begun, forgotten_at=None).exclude(state__in=UNTOUCHED)


def forget():
    """Delete what is kept no longer, one import after the other."""
    for pk in over().values_list("pk", flat=True):
        forget_run(pk)
    for pk in ended().values_list("pk", flat=True):
        drop_rows(pk)
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
        delete_rows(pk)
        files = [run.file_id, run.plain_id, run.marked_id]
        run.file = run.plain = run.marked = None
        # Samples, titles and totals are cells of the file as well.
        run.understood = {}
        run.forgotten_at = timezone.now()
        if run.state in STOPPED:
            run.state = State.DISCARDED
        run.save(update_fields=["file", "plain", "marked", "understood", "forgotten_at", "state"])
        StoredFile.objects.filter(pk__in=files).delete()


def drop_rows(pk):
    with alone(RUN_LOCKS, pk) as free:
        if free:
            delete_rows(pk)
            StoredFile.objects.filter(pk__in=ImportRun.objects.filter(pk=pk).values("plain")).delete()


def delete_rows(pk):
    ImportedRow.objects.filter(run=pk).delete()
    ImportProblem.objects.filter(run=pk).delete()
