"""Writing an entry down and correcting it: whatever stands in the way, what was typed stays."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect

from initiatives.actions import log
from initiatives.forms.breakdown import BreakdownForm
from initiatives.forms.log import LogForm
from initiatives.log_filters import must_have_place
from initiatives.log_history import changes_of, differences
from initiatives.models import Intervention, InterventionPeople
from initiatives.models.log import AMOUNTS
from will_portal.accounts.actions import Refused
from will_portal.common.fragments import wants_fragment

# What "Save and add another" keeps, and what "Repeat last" does as well.
KEPT = ["initiative", "day", "whole_month", "place", "kind", "delivered_by"]
REPEATED = [*KEPT, "people_served", "living_elsewhere", "households", "contacts", *AMOUNTS]


def related(entries):
    return entries.select_related("initiative", "kind", "delivered_by", "city", "entered_by").defer(
        "initiative__words", "initiative__summary", "city__boundary", "city__loaded"
    )


def entry_for(user, public_id):
    return get_object_or_404(related(Intervention.objects.visible_to(user)), public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def log_add(request):
    if request.method != "POST":
        saved = saved_entry(request)
        return show_form(request, opened(request, saved), saved=saved)
    form = LogForm(request.POST, by=request.user)
    if not form.is_valid():
        return show_form(request, form)
    try:
        entry = log.record(entry=form.instance, breakdown=form.breakdown.parts, by=request.user)
    except log.AlreadySaved as found:
        return show_saved(request, form, found.entry)
    except (Refused, PermissionDenied) as refusal:
        return show_refusal(request, form, refusal)
    return lead_on(request, entry)


def lead_on(request, entry):
    """To the next entry, or to the list; there the page says what was saved."""
    page = "log:add" if request.POST.get("then") == "another" else "log:list"
    return go(request, reverse(page, query={"saved": entry.public_id}))


def go(request, url):
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)


def show_form(request, form, **context):
    # Whoever saves has a place; whoever is shown the form must.
    must_have_place(request.user)
    template = "initiatives/_log_form.html" if wants_fragment(request) else "initiatives/log_form.html"
    unasked = {"saved": None, "stored": None, "conflict": None, "latest": None, "differences": []}
    return render(request, template, {"form": form, "grids": form.breakdown.grids()} | unasked | context)


def show_refusal(request, form, refusal):
    if isinstance(refusal, Refused):
        form.add_error(None, refusal)
    else:
        form.add_error("delivered_by", _("You cannot write in the name of this body."))
    return show_form(request, form)


def saved_entry(request):
    """The entry that this person saved just now, of which the page tells."""
    try:
        key = UUID(request.GET.get("saved", ""))
    except ValueError:
        return None
    entries = related(Intervention.objects.visible_to(request.user))
    return entries.filter(entered_by=request.user, public_id=key).first()


def opened(request, saved):
    """The empty form, with what can be guessed of this entry filled in."""
    form = LogForm(by=request.user)
    form.initial |= {"key": uuid4(), "day": timezone.localdate()}
    last = saved or next(iter(form.recent), None)
    if saved:
        form.initial |= values_of(last, KEPT)
    elif last and request.GET.get("repeat"):
        form.initial |= values_of(last, REPEATED) | {"day": timezone.localdate()}
        form.breakdown = BreakdownForm(parts=without_new(last))
    elif last:
        form.initial |= values_of(last, ["initiative", "kind"])
    if "initiative" in request.GET:
        form.initial["initiative"] = request.GET["initiative"]
    is_chosen = form.initial.get("initiative") and form.initial.get("kind")
    form.begin_at("people_served" if is_chosen else "initiative")
    return form


def values_of(entry, names):
    """The values of an entry as the fields of the form name them."""
    values = {name: getattr(entry, name) for name in names}
    if "initiative" in values:
        values["initiative"] = entry.initiative.public_id
    if "kind" in values:
        values["kind"] = entry.kind.code
    if "delivered_by" in values:
        values["delivered_by"] = entry.delivered_by and entry.delivered_by.public_id
    return values


def without_new(entry):
    return [
        InterventionPeople(
            sex=part.sex, age_band=part.age_band, citizenship=part.citizenship, people=part.people
        )
        for part in entry.breakdown.all()
    ]


def show_saved(request, form, entry):
    """A second submission: of the same, or of something else under the key of what is stored."""
    if entry is None:
        form.carry(key=uuid4())
        form.add_error(None, _("This form was already used: nothing has been saved yet; save again."))
        return show_form(request, form)
    found = differences(entry, form.instance, form.breakdown.parts)
    if not found:
        messages.info(request, _("This was already saved: here it is."))
        return go(request, f"{entry.get_absolute_url()}?saved={entry.public_id}")
    form.carry(key=uuid4())
    return show_form(request, form, stored=entry, differences=found)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def log_edit(request, public_id):
    found = entry_for(request.user, public_id)
    if not Intervention.objects.editable_by(request.user).filter(pk=found.pk).exists():
        raise PermissionDenied
    if request.method != "POST":
        return show_edit(request, found)
    form = LogForm(request.POST, by=request.user, instance=found)
    if not form.is_valid():
        return show_form(request, form)
    try:
        log.correct(
            entry=form.instance,
            breakdown=form.breakdown.parts,
            version=form.cleaned_data["version"],
            by=request.user,
        )
    except log.Conflict as conflict:
        return show_conflict(request, form, conflict.entry)
    except (Refused, PermissionDenied) as refusal:
        return show_refusal(request, form, refusal)
    return go(request, f"{found.get_absolute_url()}?saved={found.public_id}")


def show_edit(request, entry):
    if closed := log.closing_of(entry):
        messages.error(request, closed)
        return redirect(entry)
    names = ["kind", "delivered_by"]
    initial = values_of(entry, names) | {"key": entry.public_id, "version": entry.version}
    form = LogForm(by=request.user, instance=entry, initial=initial)
    form.begin_at("people_served")
    return show_form(request, form)


def show_conflict(request, form, entry):
    """Both versions side by side; whoever sends again, sends over the one that they now have seen."""
    theirs = related(Intervention.objects).get(pk=entry.pk)
    form.carry(version=theirs.version)
    of_city = log.works_for_city_of(theirs, request.user)
    latest = next(iter(changes_of(theirs, of_city)), None)
    found = differences(theirs, form.instance, form.breakdown.parts)
    return show_form(request, form, conflict=theirs, latest=latest, differences=found)
