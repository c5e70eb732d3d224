"""What was loaded, and how it is taken back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Exists, F, OuterRef, Value, When
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from initiatives.actions import imports
from initiatives.models import Initiative, Intervention
from initiatives.models.imports import ImportedRow, ImportRun, Subject
from initiatives.views.imports_runs import act, run_for, show
from thirdsector.models import Organisation

State = ImportRun.State
Outcome = ImportedRow.Outcome
STEPS = {
    "read": gettext_lazy("reading"),
    "check": gettext_lazy("checking"),
    "load": gettext_lazy("loading"),
    "undo": gettext_lazy("undoing"),
}


def show_receipt(request, run):
    context = {
        "seconds": [(label, run.timings[name]) for name, label in STEPS.items() if name in run.timings],
        "kept": kept_of(run, request.user) if run.kept_rows else [],
        "loaded_url": loaded_url(run) if run.state == State.DONE else "",
    }
    return show(request, run, "initiatives/import_receipt.html", **context)


def loaded_url(run):
    """The list in which what was loaded is found."""
    if run.subject == Subject.LOG:
        key = run.city.slug if run.city else run.organisation.public_id
        return reverse("log:list", query={"place": key})
    return reverse("thirdsector:list" if run.subject == Subject.ORGANISATIONS else "initiatives:list")


def kept_of(run, user):
    """Return (row, what it made or changed, or None) for those that an undo left as they are."""
    rows = run.imported.filter(number__in=run.options.get("kept", [])).order_by("number")
    things = things_of(run.subject, user, [row.target for row in rows])
    return [(row.number, things.get(row.target)) for row in rows]


def things_of(subject, user, targets):
    models = {
        Subject.LOG: Intervention.objects.visible_to(user).select_related("kind", "initiative"),
        Subject.ORGANISATIONS: Organisation.objects.all(),
        Subject.INITIATIVES: Initiative.objects.visible_to(user),
    }
    if subject not in models:
        return {}
    return {thing.public_id: thing for thing in models[subject].filter(public_id__in=targets)}


def written(run):
    """The rows that made or changed something."""
    outcomes = [Outcome.NEW, Outcome.CHANGED]
    return run.imported.filter(outcome__in=outcomes + [Outcome.ALIKE] * bool(run.options.get("load_alike")))


def worked_on(run):
    """How many entries somebody has changed or withdrawn since the file was loaded."""
    if run.subject != Subject.LOG:
        return None
    as_loaded = Case(When(outcome=Outcome.CHANGED, then=F("version") + 1), default=Value(1))
    untouched = Intervention.objects.present().filter(
        public_id=OuterRef("target"), version=OuterRef("as_loaded")
    )
    return written(run).alias(as_loaded=as_loaded).exclude(Exists(untouched)).count()


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request, public_id):
    run = run_for(request.user, public_id)
    if run.state != State.DONE or run.forgotten_at:
        if request.method == "POST":
            messages.info(request, _("Nothing was changed: this import cannot be undone now."))
        return redirect(run)
    if not ImportRun.objects.undoable_by(request.user).filter(pk=run.pk).exists():
        raise PermissionDenied
    if request.method == "POST":
        return act(request, run, imports.undo)
    return render(request, "initiatives/import_undo.html", {"run": run, "kept": worked_on(run)})
