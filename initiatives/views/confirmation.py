from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities.models import City
from initiatives.actions import log
from initiatives.differences import changes_since, standing
from initiatives.forms.confirmation import ReturnForm, WithdrawForm, read_seen
from initiatives.keyset import PAGE, Beyond, read_cursor, write_cursor
from initiatives.models import Intervention, InterventionPeople
from initiatives.views.log_forms import entry_for
from initiatives.waiting import returned_to
from thirdsector.models import Organisation
from will_portal.accounts.actions import Refused


def with_names(entries):
    return entries.select_related("initiative", "kind", "delivered_by", "city").only(
        *(field.attname for field in Intervention._meta.concrete_fields),
        "initiative__title",
        "initiative__public_id",
        "kind__code",
        "kind__label_it",
        "kind__label_en",
        "delivered_by__name",
        "delivered_by__sort_key",
        "city__name",
        "city__slug",
    )


class Decision(NamedTuple):
    """What somebody may decide on one entry: the form to fill in, the act, and what is told afterwards."""

    form: type
    act: Callable
    template: str
    done: str


WITHDRAW = Decision(
    WithdrawForm, log.withdraw, "initiatives/log_withdraw.html", gettext_lazy("The entry has been withdrawn.")
)
SEND_BACK = Decision(
    ReturnForm, log.send_back, "initiatives/log_return.html", gettext_lazy("The entry has been returned.")
)


def settled(request, entry):
    """The page of an entry on which there is nothing left to decide."""
    if request.method == "POST":
        messages.info(request, _("Nothing was changed: the entry is %(state)s.") % {"state": standing(entry)})
    return redirect(entry)


def decide(request, decision, entry, allowed):
    """Show the form of a decision, or carry it out where the entry is among the `allowed` ones."""
    if not allowed.filter(pk=entry.pk).exists():
        raise PermissionDenied
    form = decision.form(request.POST or None, initial={"version": entry.version})
    changes = None
    if request.method == "POST" and form.is_valid():
        try:
            decision.act(entry=entry, by=request.user, **form.cleaned_data)
        except log.Conflict:
            entry = entry_for(request.user, entry.public_id)
            if not allowed.filter(pk=entry.pk).exists():
                return settled(request, entry)
            changes = changes_since(entry, form.cleaned_data["version"])
            # What was typed stays; what it is decided on is what is now shown.
            form = decision.form(form.cleaned_data | {"version": entry.version})
        except Refused as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, decision.done)
            return redirect(entry)
    context = {"entry": entry, "form": form, "changes": changes, "closed": log.closing_of(entry)}
    return render(request, decision.template, context)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, public_id):
    entry = entry_for(request.user, public_id)
    if entry.withdrawn_at:
        return settled(request, entry)
    return decide(request, WITHDRAW, entry, Intervention.objects.editable_by(request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def send_back(request, public_id):
    entry = entry_for(request.user, public_id)
    if not log.waits(entry) and log.works_for_city_of(entry, request.user):
        return settled(request, entry)
    return decide(request, SEND_BACK, entry, Intervention.objects.confirmable_by(request.user))


@require_safe
def returned(request):
    if not Organisation.objects.worked_in_by(request.user).exists():
        raise PermissionDenied
    entries = with_names(returned_to(request.user)).order_by("returned_at", "pk")
    return render(request, "initiatives/log_returned.html", {"entries": entries[:PAGE]})


def must_work_for_a_city(user):
    if not City.objects.worked_in_by(user).exists():
        raise PermissionDenied


def waiting_after(user, cursor):
    """Return a page of what waits, oldest first, from where the page before ended; and one entry more."""
    entries = Intervention.objects.confirmable_by(user)
    if place := read_cursor(cursor):
        entries = entries.filter(Beyond(">", place))
    parts = InterventionPeople.objects.filter(intervention=OuterRef("pk"))
    entries = with_names(entries).annotate(has_breakdown=Exists(parts))
    return list(entries.order_by("day", "pk")[: PAGE + 1])


def same_heap(entry):
    return entry.month, entry.city.name, entry.delivered_by.sort_key if entry.delivered_by else ""


def heaps_of(entries):
    """Together what one organisation delivered in one month; within a page, whose order is the index's."""
    return [list(heap) for _key, heap in groupby(sorted(entries, key=same_heap), same_heap)]


def once_returned(entries):
    """Return the keys of those entries that had been sent back before they came to wait again."""
    events = Intervention.pgh_event_model.objects.filter(pgh_obj_id__in=[entry.pk for entry in entries])
    return set(events.exclude(returned_at=None).values_list("pgh_obj_id", flat=True))


def show_waiting(request, unconfirmed=()):
    """The list of what waits, with what became of those entries that could not be confirmed."""
    after = request.GET.get("after", "")
    entries = waiting_after(request.user, after)
    shown, more = entries[:PAGE], entries[PAGE:]
    marks = {entry.pk: entry.mark for entry in unconfirmed}
    corrected = once_returned(shown)
    for entry in shown:
        entry.mark = marks.get(entry.pk, "")
        entry.is_corrected = entry.pk in corrected
    context = {
        "heaps": heaps_of(shown),
        "shown": len(shown),
        "waiting": Intervention.objects.confirmable_by(request.user).count(),
        "after": after,
        "next": write_cursor(shown[-1]) if more else "",
        "unconfirmed": unconfirmed,
    }
    return render(request, "initiatives/log_confirm.html", context)


@require_safe
def to_confirm(request):
    must_work_for_a_city(request.user)
    return show_waiting(request)


class Heap(NamedTuple):
    """What one organisation delivered in one month, in sums; what nobody wrote is not zero."""

    first: Intervention
    entries: int
    people: int | None
    hours: Decimal | None
    cost: Decimal | None

    @classmethod
    def of(cls, entries):
        def total(name):
            known = [value for entry in entries if (value := getattr(entry, name)) is not None]
            return sum(known) if known else None

        return cls(entries[0], len(entries), total("people_served"), total("hours"), total("cost"))


def ask_once_more(request, seen, entries):
    """The page before a whole page is confirmed: how much that is, of whom."""
    context = {
        "heaps": [Heap.of(heap) for heap in heaps_of(entries)],
        "count": len(entries),
        "seen": seen,
        "after": request.GET.get("after", ""),
    }
    return render(request, "initiatives/log_confirm_all.html", context)


def unchanged(user, seen):
    """Return those entries that still are what this person read, and wait."""
    entries = with_names(Intervention.objects.confirmable_by(user)).filter(public_id__in=seen)
    return [entry for entry in entries.order_by("day", "pk") if entry.version == seen[entry.public_id]]


def told(done):
    return ngettext("%(count)d entry confirmed.", "%(count)d entries confirmed.", done) % {"count": done}


def left_over(user, done):
    """Return the entries that were ticked and not confirmed, each with `why`, and a `mark` for its row."""
    entries = with_names(Intervention.objects.visible_to(user)).filter(
        public_id__in=[*done.changed, *(entry.public_id for entry in done.closed)]
    )
    shut, closings = {entry.public_id for entry in done.closed}, log.closed_months(done.closed)
    for entry in entries:
        if entry.public_id in shut:
            closing = closings.get((entry.city_id, entry.month))
            entry.why, entry.mark = log.closing_told(closing) if closing else "", _("month closed")
        else:
            entry.why, entry.mark = changed_to(entry), _("changed: look again")
    return list(entries)


def changed_to(entry):
    return _("Changed since you read it, and now %(state)s.") % {"state": standing(entry)}


@require_POST
def confirm(request):
    must_work_for_a_city(request.user)
    # Everything on the page, or what was ticked.
    seen = read_seen(request.POST.getlist("shown" if "all" in request.POST else "entry"))
    if not seen:
        messages.error(request, _("Tick the entries that you want to confirm."))
        return show_waiting(request)
    # Where nothing is left as it was, confirming tells why.
    if "all" in request.POST and (entries := unchanged(request.user, seen)):
        return ask_once_more(request, seen, entries)
    try:
        done = log.confirm(seen=seen, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return show_waiting(request)
    if done.confirmed:
        messages.success(request, told(done.confirmed))
    unconfirmed = left_over(request.user, done)
    if unconfirmed:
        return show_waiting(request, unconfirmed)
    return redirect(reverse("log:to_confirm", query=request.GET.dict()))
