"""Runs and what they found, in words."""

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from evaluation.models import Drift, MonthlyPeople, MonthlyTotal
from will_portal.common.numbers import spell_number

register = template.Library()
TABLES = {Drift.Table.TOTALS: MonthlyTotal, Drift.Table.PEOPLE: MonthlyPeople}


@register.filter
def duration(run):
    """How long a run took: 0.4 s, 3 min 20 s, 2 h 5 min; nothing while it goes on."""
    if run.finished is None:
        return ""
    seconds = max((run.finished - run.started).total_seconds(), 0)
    if seconds < 59.95:
        return _("%(seconds)s s") % {"seconds": spell_number(seconds, 1)}
    minutes, seconds = divmod(round(seconds), 60)
    if minutes < 60:
        return _("%(minutes)s min %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    hours, minutes = divmod(minutes, 60)
    return _("%(hours)s h %(minutes)s min") % {"hours": spell_number(hours), "minutes": minutes}


@register.filter
def measures(drift):
    """What differs, without the values, which may be too small to be shown to everybody."""
    if not drift.stored:
        return _("not stored at all")
    if not drift.counted:
        return _("stored, though the log has nothing")
    return ", ".join(label_of(TABLES[drift.table], name) for name in drift.measures)


def label_of(model, name):
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        # Found by an earlier release, which had other columns.
        return name
