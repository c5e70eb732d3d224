"""The acts on the log: each one transaction, and each told in one sentence what stands in its way.

The database refuses what must not be (initiatives/triggers.py); here its refusals become words.
"""

from contextlib import contextmanager
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Case, Exists, F, OuterRef, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from cities.models import City
from initiatives.imports import free_words
from initiatives.models import Initiative, Intervention, InterventionPeople, MonthClosing, Partner
from initiatives.triggers import BREAKDOWN_ABOVE_TOTAL, MEASURES, MONTH_CLOSED
from thirdsector.models import Organisation
from will_portal.accounts.actions import Refused
from will_portal.common.doorbells import ring_all

WRITTEN = ["day", "whole_month", "kind", "place", "delivered_by", *MEASURES, "note", "reference"]
STATE = ["confirmed_by", "confirmed_at", "returned_by", "returned_at", "return_note", "version"]

# Who returns or withdraws an entry says why: taken out, this stands in its place.
REQUIRED_WORDS = ["return_note", "withdraw_reason"]
TAKEN_OUT = "–"


class AlreadySaved(Exception):
    """An entry with this key is stored; `entry` is that, or None if it is none of this person's business."""

    def __init__(self, entry):
        self.entry = entry


class Conflict(Exception):
    """Somebody else changed the entry since it was read; `entry` is how it is now."""

    def __init__(self, entry):
        self.entry = entry


class Confirmation(NamedTuple):
    confirmed: int
    # Entries that are no longer what the person saw, or whose month is closed.
    changed: list
    closed: list


def works_for_city_of(subject, user):
    """Whether somebody works for the city of this initiative, entry or closing."""
    return City.objects.worked_in_by(user).filter(pk=subject.city_id).exists()


def may_write_for(entry, by, of_city):
    """Whether somebody may write in the name of the body that delivered: of their city, or their own."""
    if entry.delivered_by_id is None:
        return of_city
    partners = Partner.objects.implementing().filter(
        initiative=entry.initiative_id, organisation=entry.delivered_by_id
    )
    if not of_city:
        partners = partners.current().filter(organisation__in=Organisation.objects.worked_in_by(by))
    return partners.exists()


def allow(entry, by):
    """Raise PermissionDenied unless somebody may write this entry; return whether they do so for the city."""
    works = City.objects.worked_in_by(by).filter(pk=OuterRef("city"))
    initiative = Initiative.objects.logged_by(by).filter(pk=entry.initiative_id)
    of_city = initiative.annotate(of_city=Exists(works)).values_list("of_city", flat=True).first()
    if of_city is None or not may_write_for(entry, by, of_city):
        raise PermissionDenied
    return of_city


def state(entry, by, of_city):
    """Set whether the entry counts: staff's saving confirms it, a partner's puts it before the city again."""
    entry.returned_by, entry.returned_at, entry.return_note = None, None, ""
    entry.confirmed_by, entry.confirmed_at = None, None
    own_body = Organisation.objects.worked_in_by(by).filter(pk=entry.delivered_by_id)
    if of_city and not (entry.delivered_by_id and own_body.exists()):
        entry.confirmed_by, entry.confirmed_at = by, timezone.now()


def record(*, entry, breakdown, by):
    """Store a new entry with its breakdown, a list of unsaved InterventionPeople.

    Raises AlreadySaved if its key is taken, Refused, or PermissionDenied.
    """
    with writing(entry, by):
        entry.city_id = entry.initiative.city_id
        of_city = allow(entry, by)
        entry.entered_by = by
        state(entry, by, of_city)
        entry.save(force_insert=True)
        for part in breakdown:
            part.intervention = entry
        InterventionPeople.objects.bulk_create(breakdown)
    return entry


def correct(*, entry, breakdown, version, by):
    """Store the changed fields of an entry, and its breakdown, over the version that the person had read.

    Raises Conflict if there is a later one, Refused, or PermissionDenied.
    """
    with writing(entry, by):
        current = hold(entry, version, Intervention.objects.editable_by(by))
        unchanged = current.delivered_by_id == entry.delivered_by_id
        of_city = works_for_city_of(current, by) if unchanged else allow(entry, by)
        state(entry, by, of_city)
        entry.version = version + 1
        gone, added = differing(current, breakdown)
        current.breakdown.filter(pk__in=[part.pk for part in gone]).delete()
        entry.save(update_fields=[*WRITTEN, *STATE])
        for part in added:
            part.intervention = entry
        InterventionPeople.objects.bulk_create(added)
    return entry


def hold(entry, version, allowed):
    """Lock the entry and return it as it is now; Conflict if that is another version than the person read."""
    if not allowed.filter(pk=entry.pk).exists():
        raise PermissionDenied
    current = Intervention.objects.select_for_update(no_key=True).get(pk=entry.pk)
    if current.version != version or current.withdrawn_at:
        raise Conflict(current)
    return current


def differing(entry, breakdown):
    """Return the stored parts that go and the wanted ones that come; those that stay are in neither."""

    def contents(part):
        return part.sex, part.age_band, part.citizenship, part.people, part.new_people

    stored = {contents(part): part for part in entry.breakdown.all()}
    wanted = {contents(part): part for part in breakdown}
    gone, added = stored.keys() - wanted.keys(), wanted.keys() - stored.keys()
    return [stored[key] for key in gone], [wanted[key] for key in added]


def withdraw(*, entry, version, reason, by):
    """Take an entry out of every sum; it stays in the history of the log."""
    with writing(entry, by):
        current = hold(entry, version, Intervention.objects.editable_by(by))
        current.withdrawn_by, current.withdrawn_at, current.withdraw_reason = by, timezone.now(), reason
        current.version += 1
        current.save(update_fields=["withdrawn_by", "withdrawn_at", "withdraw_reason", "version"])


def send_back(*, entry, version, note, by):
    """Return a partner's entry with what is to be corrected."""
    with writing(entry, by):
        current = hold(entry, version, Intervention.objects.confirmable_by(by))
        current.returned_by, current.returned_at, current.return_note = by, timezone.now(), note
        current.version += 1
        current.save(update_fields=["returned_by", "returned_at", "return_note", "version"])


@transaction.atomic
def clear_words(*, entry, by):
    """Take out the free words, also of a closed month or a withdrawn entry, in case they name somebody.

    The reference stays: by it the city's own files know the entry.
    """
    if not works_for_city_of(entry, by):
        raise PermissionDenied
    words = {
        name: Case(When(**{name: ""}, then=Value("")), default=Value(TAKEN_OUT)) for name in REQUIRED_WORDS
    }
    entries = Intervention.objects.filter(pk=entry.pk)
    entries.update(note="", place="", version=F("version") + 1, **words)
    free_words.take_out(entry)


def confirm(*, seen, by):
    """Confirm entries as {public id: version that the person saw}; return what became of them."""
    with writing(None, by):
        keys = Intervention.objects.confirmable_by(by).filter(public_id__in=seen).values_list("pk", flat=True)
        # In the order in which everybody locks, and read again once locked.
        entries = list(
            Intervention.objects.select_for_update(no_key=True).filter(pk__in=list(keys)).order_by("pk")
        )
        same = [entry for entry in entries if entry.version == seen[entry.public_id] and waits(entry)]
        shut = closed_months(same)
        open_ones = [entry.pk for entry in same if (entry.city_id, entry.month) not in shut]
        Intervention.objects.filter(pk__in=open_ones).update(
            confirmed_by=by, confirmed_at=timezone.now(), version=F("version") + 1
        )
    return Confirmation(
        confirmed=len(open_ones),
        changed=sorted(seen.keys() - {entry.public_id for entry in same}),
        closed=[entry for entry in same if (entry.city_id, entry.month) in shut],
    )


def waits(entry):
    return entry.confirmed_at is None and entry.returned_at is None and entry.withdrawn_at is None


def closed_months(entries):
    """Return {(city, month): closing} of those months of these entries that are closed."""
    closings = MonthClosing.objects.in_force().filter(
        city__in={entry.city_id for entry in entries}, month__in={entry.month for entry in entries}
    )
    return {(closing.city_id, closing.month): closing for closing in closings.select_related("closed_by")}


@contextmanager
def writing(entry, by):
    """One transaction whose figures are summed anew once it is committed."""
    with refusals(entry, by), transaction.atomic():
        yield
        ring_all("log")


@contextmanager
def refusals(entry, by):
    """Turn what the database refuses into words. Around the transaction, which is over by then."""
    try:
        yield
    except IntegrityError as error:
        raise refusal(error.__cause__.diag, entry, by) or error from error
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise Refused(_("Somebody is saving the same at this moment: try again in a few seconds.")) from error


def refusal(diagnosis, entry, by):
    constraint = diagnosis.constraint_name
    if constraint == MONTH_CLOSED:
        return Refused(month_is_closed(diagnosis.message_detail))
    if constraint == BREAKDOWN_ABOVE_TOTAL:
        return Refused(
            _(
                "The breakdown does not fit the entry: it counts more people, or more new or returning ones. "
                "Correct the one or the other."
            )
        )
    if constraint == "initiatives_log_reference":
        return Refused(_("This initiative has another entry with this reference."))
    if constraint == "initiatives_intervention_public_id_key":
        visible = Intervention.objects.visible_to(by).filter(public_id=entry.public_id)
        return AlreadySaved(visible.first())
    return None


def month_is_closed(place):
    """Say who closed a month and when; `place` is as the trigger names it, city and month: "6 2026-03-01"."""
    city, month = place.split()
    closing = MonthClosing.objects.of(city, month).select_related("closed_by").first()
    if closing is None:
        return _("The month of this entry has just been closed or reopened: try again.")
    return closing_told(closing)


def closing_of(entry):
    """Say who closed the month of an entry and when, or nothing where it is open."""
    closing = MonthClosing.objects.of(entry.city_id, entry.month).select_related("closed_by").first()
    return closing_told(closing) if closing else ""


def closing_told(closing):
    words = {
        "month": date_format(closing.month, "YEAR_MONTH_FORMAT").capitalize(),
        "day": date_format(timezone.localtime(closing.closed_at), "DATETIME_FORMAT"),
    }
    if closing.closed_by is None:
        return _("%(month)s closed by itself on %(day)s: the lead of the city can reopen it.") % words
    words["person"] = closing.closed_by.display_name or _("the lead of the city")
    return _("%(month)s was closed by %(person)s on %(day)s: the lead of the city can reopen it.") % words
