"""Last month's entries of an initiative, proposed for another month: all that is ticked is saved, or none."""

import re

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from initiatives.actions import log
from initiatives.calendar import months_before
from initiatives.codes import PartnerRole
from initiatives.forms.log_copy import UNITS, CopyForm, CopyRow, proposed
from initiatives.log_filters import must_have_place
from initiatives.models import Intervention, Partner
from thirdsector.models import Organisation
from will_portal.accounts.actions import Refused

MOST_ROWS = 100
UUID_TEXT = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@require_http_methods(["GET", "HEAD", "POST"])
def copy_month(request):
    must_have_place(request.user)
    form = CopyForm(request.GET if "initiative" in request.GET else None, by=request.user)
    rows, more = [], False
    if form.is_valid():
        sources = sources_for(request, **form.cleaned_data)
        more = len(sources) > MOST_ROWS
        rows = rows_of(request, sources[:MOST_ROWS], form.cleaned_data["month"])
    taken = [row for row in rows if request.method == "POST" and row.is_taken]
    if taken and store(taken, request.user):
        return saved(request, form.cleaned_data["initiative"], len(taken))
    tell_logged(rows, request.user)
    context = {"form": form, "rows": rows, "more": more, "problem": problem_of(request, taken)}
    return render(request, "initiatives/log_copy.html", context)


def problem_of(request, taken):
    if request.method != "POST":
        return ""
    if not taken:
        return _("Tick what you want to save.")
    return _("Nothing has been saved yet: correct the entries marked below.")


def sources_for(request, initiative, month):
    """The entries of the month before that are proposed, and one more; once sent, those that were sent."""
    entries = Intervention.objects.visible_to(request.user).filter(
        initiative_id=initiative.pk, day__gte=months_before(month, 1), day__lt=month
    )
    if request.method == "POST":
        entries = entries.filter(public_id__in=filter(is_uuid, request.POST.getlist("source")))
    else:
        # What an organisation delivered is its own to copy, or there would be two of each.
        own = Organisation.objects.worked_in_by(request.user).values("pk")
        entries = entries.confirmed().filter(Q(delivered_by=None) | Q(delivered_by__in=own))
    found = list(entries.select_related("kind", "delivered_by").order_by("day", "pk")[: MOST_ROWS + 1])
    for entry in found:
        entry.initiative = initiative
    return found


def is_uuid(text):
    return UUID_TEXT.fullmatch(text)


def rows_of(request, sources, month):
    data = request.POST if request.method == "POST" else None
    partners = Partner.objects.filter(
        initiative__in={source.initiative_id for source in sources}, role=PartnerRole.IMPLEMENTER
    )
    parts = {partner.organisation_id: partner for partner in partners.select_related("organisation")}
    return [
        CopyRow(
            data,
            prefix=str(source.public_id),
            source=source,
            month=month,
            partner=parts.get(source.delivered_by_id),
            initial=proposed(source, month),
        )
        for source in sources
    ]


def tell_logged(rows, user):
    """Mark the rows that were copied before, or for which the month has an entry of the same kind."""
    keys, days = [row.key for row in rows], {row.initial["day"] for row in rows}
    found = Intervention.objects.visible_to(user).filter(
        Q(public_id__in=keys) | Q(day__in=days, withdrawn_at=None),
        initiative_id__in={row.source.initiative_id for row in rows},
    )
    found = list(found.only("public_id", "day", "kind", "place", "delivered_by"))
    copies = {entry.public_id: entry for entry in found}
    alike = {(entry.day, *delivery_of(entry)): entry for entry in found}
    for row in rows:
        entry = copies.get(row.key) or alike.get((row.initial["day"], *delivery_of(row.source)))
        if entry:
            row.tell_logged(entry)


def delivery_of(entry):
    return entry.kind_id, entry.place, entry.delivered_by_id


def store(rows, by):
    """Save all of these rows, or none; each says what is wrong with it. Return whether they are saved."""
    # Each is asked, so that each says what is wrong with it.
    if [row for row in rows if not row.is_valid()]:
        return False
    with transaction.atomic():
        for row in rows:
            store_row(row, by)
        wrong = any(row.errors for row in rows)
        transaction.set_rollback(wrong)
    return not wrong


def store_row(row, by):
    try:
        log.record(entry=row.entry(), breakdown=[], by=by)
    except log.AlreadySaved as found:
        if problem := problem_with(found.entry, row.entry()):
            row.add_error(None, problem)
    except Refused as refusal:
        row.add_error(None, refusal)
    except PermissionDenied:
        row.add_error(None, _("You cannot write in the name of this body."))


def problem_with(stored, sent):
    """What to say of a row that was copied before; nothing where it is stored as it was sent."""
    if stored is None:
        return _("Somebody else has copied this row already.")
    if stored.withdrawn_at:
        return _("This row was copied already and withdrawn since: log it singly.")
    if not same(stored, sent):
        return _("This row was saved already, with other figures: open it in the log.")
    return ""


def same(stored, sent):
    names = ["initiative_id", "day", "whole_month", *UNITS, "new_people"]
    alike = all(getattr(stored, name) == getattr(sent, name) for name in names)
    return alike and delivery_of(stored) == delivery_of(sent)


def saved(request, initiative, count):
    told = ngettext("%(count)d entry saved.", "%(count)d entries saved.", count)
    messages.success(request, told % {"count": count})
    return redirect(reverse("log:list", query={"initiative": initiative.public_id}))
