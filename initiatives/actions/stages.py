from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cities.models import City
from initiatives.actions.locks import lock_led
from initiatives.codes import Origin, Stage
from initiatives.models import StageChange
from will_portal.accounts.actions import Refused


@transaction.atomic
def create_initiative(*, initiative, partner_cities, by):
    """Store a new initiative of a city for which somebody works, as an unpublished idea."""
    # One after the other, so that two who were proposed the same code do not both get it.
    own = City.objects.worked_in_by(by).select_for_update(no_key=True, of=("self",)).only("pk")
    if not list(own.filter(pk=initiative.city_id)):
        raise PermissionDenied
    initiative.validate_unique()
    initiative.stage = Stage.IDEA
    initiative.save()
    initiative.partner_cities.set(partner_cities)
    StageChange.objects.create(
        initiative=initiative, city_id=initiative.city_id, stage=Stage.IDEA, day=timezone.localdate(), by=by
    )


def refuse_register(initiative):
    """What a public register tells is nobody's to change: entered and real figures never mix."""
    if initiative.origin == Origin.REGISTER:
        raise PermissionDenied


@transaction.atomic
def change_stage(*, initiative, stage, day, reason, ending, by):
    """Move an initiative to another stage and add the step to its story."""
    initiative = lock_led(initiative, by)
    refuse_register(initiative)
    refuse_stage(initiative, stage, day)
    change = StageChange(
        initiative=initiative,
        city_id=initiative.city_id,
        stage=stage,
        day=day,
        reason=reason,
        ending=ending,
        by=by,
    )
    change.full_clean(exclude=["initiative", "city", "by"])
    change.save()
    initiative.ends = end_after(initiative, stage, day)
    initiative.stage = stage
    initiative.save(update_fields=["stage", "ends"])


def end_after(initiative, stage, day):
    """Return the end of an initiative after a step: the day it stops, and none where it goes on again."""
    planned = initiative.ends
    if stage == Stage.STOPPED:
        has_begun = initiative.starts is None or initiative.starts <= day
        return day if has_begun and (planned is None or planned > day) else planned
    if initiative.stage == Stage.STOPPED:
        stops = initiative.stage_changes.filter(stage=Stage.STOPPED)
        return None if stops.filter(day=planned).exists() else planned
    return planned


def refuse_stage(initiative, stage, day):
    last = initiative.stage_changes.order_by("-day").first()
    if stage == initiative.stage:
        raise Refused({"stage": _("The initiative is at this stage already.")})
    if stage == Stage.IDEA and initiative.published_at:
        raise Refused(
            {"stage": _("A published initiative is no mere idea: withdraw it from the public first.")}
        )
    if stage == Stage.IDEA and initiative.interventions.filter(withdrawn_at=None).exists():
        raise Refused(
            {
                "stage": _(
                    "Interventions of this initiative are in the log: what has delivered is no mere idea."
                )
            }
        )
    if day > timezone.localdate():
        raise Refused({"day": _("The day lies in the future: write the change down when it happens.")})
    if last and day < last.day:
        earliest = date_format(last.day, "DATE_FORMAT")
        raise Refused(
            {"day": _("The stage changed last on %(day)s: choose a later day.") % {"day": earliest}}
        )


def obstacle_to_publication(initiative):
    """Return the sentence that tells why an initiative cannot be published yet, or None."""
    if initiative.stage == Stage.IDEA:
        return _("A mere idea is not published: move it on to design first.")
    if not initiative.summary.strip():
        return _("Write a summary first: without it the page would tell the public nothing.")
    return None


@transaction.atomic
def publish(*, initiative, by):
    initiative = lock_led(initiative, by)
    refuse_register(initiative)
    if obstacle := obstacle_to_publication(initiative):
        raise Refused(obstacle)
    if initiative.published_at is None:
        initiative.published_at, initiative.published_by = timezone.now(), by
        initiative.save(update_fields=["published_at", "published_by"])


@transaction.atomic
def unpublish(*, initiative, by):
    initiative = lock_led(initiative, by)
    refuse_register(initiative)
    initiative.published_at = initiative.published_by = None
    initiative.save(update_fields=["published_at", "published_by"])
