"""What is due for a file on its way into the portal, by the state of its row."""

import logging
import time
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pghistory
from celery.exceptions import SoftTimeLimitExceeded
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.db.models import Count, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from initiatives.imports import marking, matching
from initiatives.imports.engines import engine_of
from initiatives.imports.errors import SendBack, Stale
from initiatives.imports.retention import drop_rows
from initiatives.imports.rights import may_go_on, may_undo
from initiatives.imports.shown import without_persons
from initiatives.imports.working import RUN_LOCKS, Aside, Progress, alone
from initiatives.models import ImportedRow, ImportRun
from will_portal.common.database_errors import recorded, told
from will_portal.common.doorbells import ring_all
from will_portal.common.models import PART, StoredFile
from will_portal.common.tables import reading

logger = logging.getLogger(__name__)

State = ImportRun.State
Outcome = ImportedRow.Outcome
ATTEMPTS = 3
# Given up by its worker, or never taken up: then the sweep tells the workers again.
SILENCE = timedelta(minutes=1)
UNHEARD = timedelta(seconds=30)
COUNTS = {
    Outcome.NEW: "created_rows",
    Outcome.CHANGED: "changed_rows",
    Outcome.UNCHANGED: "unchanged_rows",
    Outcome.ALIKE: "alike_rows",
    Outcome.WRONG: "wrong_rows",
}
# Of the rows that an undo left as they are, this many are named in the receipt.
KEPT_SHOWN = 200
# The marked file is wanted before the good rows are loaded, and after.
MARKED_IN = [State.REVIEW, State.LOADING, State.DONE]
FAULT = gettext_lazy("The portal made a mistake, which has been recorded: tell those who run it.")
TOO_LONG = gettext_lazy("It took too long: divide the file and bring it in parts.")
NOT_DONE = gettext_lazy("Three times this was begun and not finished: divide the file and bring it in parts.")
RIGHTS_ENDED = gettext_lazy("Whoever asked for it no longer has the right to.")
NOTHING_LOADED = gettext_lazy("Nothing was loaded.")
NOTHING_UNDONE = gettext_lazy("Nothing was undone.")
CHANGED = gettext_lazy(
    "What the file was compared with has changed meanwhile, so nothing was loaded: look again and confirm."
)


class Overtaken(Exception):
    """Somebody has changed the state of the row meanwhile: the work goes with its transaction."""


class GivenUp(Exception):
    """The step cannot be done, for a reason that the person is told."""

    def __init__(self, sentence):
        super().__init__(sentence)
        self.sentence = sentence


def due():
    """The files for which a worker has something to do."""
    unmarked = Q(state__in=[State.REVIEW, State.DONE], wrong_rows__gt=0, marked=None, file__isnull=False)
    return ImportRun.objects.filter(Q(state__in=ImportRun.WAITING) | unmarked & Q(attempts__lt=ATTEMPTS))


def unheard():
    """Those of them that no worker has taken up, or none that is still heard of."""
    now = timezone.now()
    silent = Q(taken_at__lt=now - SILENCE) | Q(taken_at=None, created__lt=now - UNHEARD)
    return due().filter(silent).order_by("created")


def carry_on(pk):
    """Do what is due for a file, once; return whether more of it is due at once.

    May be called at any time by any number of workers, and killed at any point (initiatives.imports.working).
    """
    run = None
    try:
        with alone(RUN_LOCKS, pk) as free:
            run = due().filter(pk=pk).first() if free else None
            if run is None:
                return False
            settle(run, work(run))
    except Exception as error:
        if run is None:
            raise
        with translation.override(person(run).language):
            end(run, error)
    # Whoever was told of it meanwhile has left, since it was taken: this one asks what has come.
    return due().filter(pk=pk, taken_at=None).exists()


def work(run):
    """Carry out the step that is due and return what changes in the row."""
    by = person(run)
    step = STEPS.get(run.state, mark)
    began = time.monotonic()
    with Aside() as aside, translation.override(by.language):
        take(run, aside)
        refuse_former(run, by)
        with pghistory.context(user=by.pk, url=run.get_absolute_url()):
            changes = step(run, by, Progress(run, aside))
            # Now, since people wait for the row between its last change and the commit.
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    timings = run.timings | {step.__name__: round(time.monotonic() - began, 2)}
    return {"timings": timings} | changes


def person(run):
    return run.undone_by if run.state == State.UNDOING else run.by


def take(run, aside):
    """Note that a worker has taken it up, for good, so that a file that kills workers is given up."""
    if run.attempts >= ATTEMPTS:
        raise GivenUp(NOT_DONE)
    taken = aside.write(
        "UPDATE initiatives_importrun SET attempts = attempts + 1, taken_at = now(), progress = 0"
        " WHERE id = %s AND state = %s",
        [run.pk, run.state],
    )
    if not taken:
        raise Overtaken


def refuse_former(run, by):
    may = may_undo if run.state == State.UNDOING else may_go_on
    if not may(by, run):
        raise GivenUp(RIGHTS_ENDED)


def settle(run, changes):
    """Write what has become of it, unless it is no longer what it was when the worker took it up."""
    same, values = {"state": run.state}, {"attempts": 0, "taken_at": None, "progress": 0}
    if "state" not in changes:
        # The file may have been deleted for what it says, and its copy says the same.
        same, values = {"state__in": MARKED_IN, "file": run.file_id}, {}
    if not ImportRun.objects.filter(pk=run.pk, **same).update(**values | changes):
        raise Overtaken


def end(run, error):
    """Conclude a step that did not succeed, nothing of which is left."""
    match error:
        case Overtaken():
            return
        case IntegrityError():
            # Somebody was quicker than the judgement: judged anew, it will see what they wrote.
            logger.warning("Import %s met what was written meanwhile: %s", run.pk, told(error))
            ImportRun.objects.filter(pk=run.pk, state=run.state).update(taken_at=None)
        case OperationalError() | InterfaceError():
            logger.warning("Import %s is interrupted and waits for the sweep: %s", run.pk, told(error))
        case Stale():
            conclude(run, State.CHECKING, CHANGED)
        case reading.Unreadable():
            conclude(run, State.REFUSED, error.sentence)
        case GivenUp():
            fail(run, error.sentence)
        case SoftTimeLimitExceeded():
            logger.warning("Import %s takes too long.", run.pk)
            fail(run, TOO_LONG)
        case _:
            logger.error("Import %s failed while %s.", run.pk, run.state, exc_info=recorded(error))
            fail(run, FAULT)


def fail(run, cause):
    if run.state == State.UNDOING:
        conclude(run, State.DONE, cause, NOTHING_UNDONE)
    elif run.is_waiting:
        conclude(run, State.FAILED, cause, NOTHING_LOADED)
    # Else it was its marked copy, and a file without one is still a file.


def conclude(run, state, *sentences):
    """Change the state from outside the work, of which nothing is left."""
    notice = " ".join(str(sentence) for sentence in sentences)[:500]
    values = {"undone_by": None} if run.state == State.UNDOING else {}
    if run.state == State.LOADING:
        values["confirmed_at"] = None
    ImportRun.objects.filter(pk=run.pk, state=run.state).update(
        state=state, notice=notice, attempts=0, taken_at=None, progress=0, **values
    )


def read(run, by, progress):
    """Take the file apart and propose what its columns mean."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "original")
        with path.open("wb") as file:
            file.writelines(run.file.chunks())
        understood, plain = reading.read(path, run.file_name, matching.known_headings(run), Path(folder))
        matching.refuse_foreign(run, understood)
        with plain.open("rb") as file:
            stored = StoredFile.objects.store("plain.csv", iter(partial(file.read, PART), b""))
    return {
        "state": State.MATCHING,
        "understood": without_persons(understood),
        "mapping": matching.propose(run, understood),
        "rows": understood["rows"],
        "plain": stored,
        "plain_digest": stored.digest,
    }


def check(run, by, progress):
    """Find out what each row would do, and what is wrong with it."""
    drop_rows(run)
    try:
        engine_of(run).check(run, wanted_rows(run), by, progress)
    except SendBack as error:
        drop_rows(run)
        return {"state": State.MATCHING, "notice": error.sentence}
    if run.marked_id:
        StoredFile.objects.filter(pk=run.marked_id).delete()
    return {"state": State.REVIEW, "marked": None} | counts(run)


def wanted_rows(run):
    """Yield the rows of the file, those with totals only where somebody wants them loaded."""
    skipped = set() if run.options.get("totals") else {total["row"] for total in run.understood["totals"]}
    return (row for row in reading.rows_of(run.plain.chunks()) if row[0] not in skipped)


def counts(run):
    found = dict(run.imported.order_by().values_list("outcome").annotate(Count("number")))
    return {"rows": sum(found.values())} | {name: found.get(kind, 0) for kind, name in COUNTS.items()}


def load(run, by, progress):
    """Write what was reviewed."""
    # Without a savepoint, inside of which the triggers of the log would take its rows for somebody else's.
    engine_of(run).load(run, by, progress)
    ring_all("log")
    return {"state": State.DONE, "notice": "", "done_at": timezone.now()}


def undo(run, by, progress):
    """Take back what was loaded, as far as nobody has worked on it since."""
    kept = engine_of(run).undo(run, by, progress)
    ring_all("log")
    return {
        "state": State.UNDONE,
        "notice": "",
        "undone_at": timezone.now(),
        "kept_rows": len(kept),
        "options": run.options | {"kept": list(kept)[:KEPT_SHOWN]},
    }


def mark(run, by, progress):
    """Make the same file with its wrong cells marked."""
    name, chunks = marking.marked_file(run)
    return {"marked": StoredFile.objects.store(name, chunks)}


STEPS = {State.READING: read, State.CHECKING: check, State.LOADING: load, State.UNDOING: undo}
