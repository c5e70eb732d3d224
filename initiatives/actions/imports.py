"""The acts on a file on its way into the portal: each changes the state of its row and wakes a worker.

The state is the order to the workers: an act that comes twice or too late finds another one and is refused.
"""

from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg.errors import DiskFull

from initiatives.imports.retention import drop_free_rows
from initiatives.imports.rights import may_bring, may_undo
from initiatives.models import ImportRun, RememberedColumn
from initiatives.tasks import carry_on
from will_portal.accounts.actions import Refused
from will_portal.common.doorbells import ring
from will_portal.common.models import StoredFile
from will_portal.common.tables.layout import heading_key
from will_portal.common.uploads import CutOffFile

State = ImportRun.State
STOPPABLE = [State.READING, State.MATCHING, State.CHECKING, State.REVIEW]


def start_import(*, place, subject, file, by):
    """Store a file that somebody brought for a place (city or organisation) and have it read."""
    if isinstance(file, CutOffFile):
        raise no_room()
    try:
        return store(place, subject, file, by)
    except OperationalError as error:
        if isinstance(error.__cause__, DiskFull):
            raise no_room() from error
        raise


def no_room():
    return Refused(_("The portal has no room for the file at this moment: tell those who run it."))


@transaction.atomic
def store(place, subject, file, by):
    run = ImportRun(subject=subject, city=place.city, organisation=place.organisation, by=by)
    if not may_bring(by, subject, city_id=run.city_id, organisation_id=run.organisation_id):
        raise PermissionDenied
    run.file_name = file.name[-200:]
    run.file = StoredFile.objects.store(file.name, file.chunks())
    run.digest = run.file.digest
    run.save()
    ring(carry_on, run.pk)
    return run


def hold(run, by, *states):
    """Lock the row and return it as it is now, if it is this person's and in one of these states."""
    own = ImportRun.objects.editable_by(by).select_for_update(no_key=True, of=("self",))
    return expected(own.filter(pk=run.pk).first(), *states)


def expected(held, *states):
    if held is None:
        raise PermissionDenied
    if held.state not in states:
        raise Refused(_("This import has moved on in the meantime: nothing was changed by this."))
    return held


def move(held, state, **values):
    """Change the state; attempts are those of one step."""
    values |= {"state": state, "attempts": 0, "taken_at": None, "progress": 0, "notice": ""}
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=values)
    if held.is_waiting:
        ring(carry_on, held.pk)


@transaction.atomic
def match(*, run, mapping, options, by):
    """Say what the columns mean, {number: name of the field or ""}; remember it and have the rows checked."""
    held = hold(run, by, State.MATCHING)
    remember(held, mapping)
    chosen = {number: name for number, name in mapping.items() if name}
    understood = held.understood | {"columns": with_samples_of(chosen, held.understood["columns"])}
    move(held, State.CHECKING, mapping=chosen, options=held.options | options, understood=understood)


def with_samples_of(chosen, columns):
    """Return the columns of a file, without the cells of those that nobody wants loaded."""
    return [
        column if str(number) in chosen else column | {"samples": []} for number, column in enumerate(columns)
    ]


def remember(run, mapping):
    meant = {}
    for number, column in enumerate(run.understood["columns"]):
        key, name = heading_key(column["heading"]), mapping.get(str(number), "")
        # Of two columns with the same heading the one that is used.
        if key and not meant.get(key):
            meant[key] = name
    RememberedColumn.objects.bulk_create(
        [
            RememberedColumn(
                subject=run.subject,
                city_id=run.city_id,
                organisation_id=run.organisation_id,
                heading=key,
                field=name,
            )
            for key, name in sorted(meant.items())
        ],
        update_conflicts=True,
        unique_fields=["subject", "city", "organisation", "heading"],
        update_fields=["field"],
    )


@transaction.atomic
def back(*, run, by):
    """Go back from what the check found to what the columns mean."""
    move(hold(run, by, State.REVIEW), State.MATCHING)


def same_as_before(run):
    """Return the last import of the same place that loaded this very file, or the same rows; or None."""
    same = Q(digest=run.digest) if run.digest else Q(pk=None)
    if run.plain_digest:
        same |= Q(plain_digest=run.plain_digest)
    place = {"city": run.city_id, "organisation": run.organisation_id, "subject": run.subject}
    loaded = ImportRun.objects.filter(same, **place, state=State.DONE).exclude(pk=run.pk)
    return loaded.order_by("-done_at").first()


@transaction.atomic
def confirm(*, run, load_alike=False, again=False, by):
    """Have the good rows loaded: on demand those too that are there already, or all of them once more."""
    held = hold(run, by, State.REVIEW)
    if same_as_before(held) and not again:
        raise Refused(_("The same rows were loaded before: say that they are to be loaded once more."))
    if not held.created_rows + held.changed_rows + load_alike * held.alike_rows:
        raise Refused(_("No row of this file has anything to load."))
    options = held.options | {"load_alike": load_alike, "again": again}
    move(held, State.LOADING, options=options, confirmed_at=timezone.now())


@transaction.atomic
def discard(*, run, by):
    """Give up a file that is not loaded yet; the rows that were read from it go with it."""
    held = hold(run, by, *STOPPABLE)
    plain = held.plain_id
    move(held, State.DISCARDED, plain=None)
    StoredFile.objects.filter(pk=plain).delete()
    drop_free_rows(held)


@transaction.atomic
def undo(*, run, by):
    """Have what was loaded taken back, as far as nobody has worked on it since."""
    if not may_undo(by, run):
        raise PermissionDenied
    held = expected(ImportRun.objects.select_for_update(no_key=True).filter(pk=run.pk).first(), State.DONE)
    if held.forgotten_at:
        raise Refused(_("The rows of this import are deleted by now: it can no longer be undone."))
    move(held, State.UNDOING, undone_by=by)
