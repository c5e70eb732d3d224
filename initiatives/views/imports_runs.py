"""What the pages of an import have in common: whose it is, what is shown of it, how an act is carried out."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from initiatives.imports.steps import ATTEMPTS
from initiatives.models.imports import ImportRun
from will_portal.accounts.actions import Refused

State = ImportRun.State
HEAVY = ["city__boundary", "city__loaded", "organisation__loaded"]
# Where a file stands on its way, for those that are still on it or have arrived.
WAY = {
    State.READING: 1,
    State.MATCHING: 2,
    State.CHECKING: 3,
    State.REVIEW: 3,
    State.LOADING: 4,
    State.DONE: 4,
}


def run_for(user, public_id):
    """Return an import that somebody may see."""
    runs = ImportRun.objects.visible_to(user).select_related(
        "city", "organisation", "by", "undone_by", "file", "marked"
    )
    run = get_object_or_404(runs.defer(*HEAVY), public_id=public_id)
    # Rows are told by their number in the file, which has other rows besides.
    run.progress = min(run.progress, run.rows)
    run.has_no_marked = not run.marked and run.attempts >= ATTEMPTS
    return run


def own_run(user, public_id):
    """Return an import that somebody has begun and goes on with; colleagues may only read it."""
    run = run_for(user, public_id)
    if not is_own(user, run):
        raise PermissionDenied
    return run


def is_own(user, run):
    return ImportRun.objects.editable_by(user).filter(pk=run.pk).exists()


def show(request, run, template, **context):
    """The page of an import in its state, which has a template of its own."""
    may_undo = ImportRun.objects.undoable_by(request.user).filter(pk=run.pk).exists()
    common = {
        "run": run,
        "step": WAY.get(run.state),
        "may_act": is_own(request.user, run),
        "may_undo": may_undo,
    }
    return render(request, template, common | context)


def act(request, run, verb, **values):
    """Carry out one of the acts on an import, or tell why it cannot be, and show the import."""
    try:
        verb(run=run, by=request.user, **values)
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(run)
