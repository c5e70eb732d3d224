"""What others made of an entry since somebody read it, from its history."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from initiatives.actions.log import WRITTEN
from initiatives.models import Intervention
from will_portal.common.numbers import spell_number

# History does not keep free words.
COMPARED = [name for name in WRITTEN if name not in ("note", "place")]


class Difference(NamedTuple):
    label: str
    was: str
    now: str


def label_of(name):
    return capfirst(Intervention._meta.get_field(name).verbose_name)


def spelled(value):
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return date_format(value)
    if isinstance(value, int | Decimal):
        return spell_number(value, 2 if isinstance(value, Decimal) else 0)
    return str(value)


def changes_since(entry, version):
    """Return a Difference for each field that is another than in that version of the entry.

    Of a version of another body no more than that: its figures are not for everybody who reads the entry.
    """
    events = Intervention.pgh_event_model.objects.filter(pgh_obj=entry.pk, version=version)
    then = events.order_by("-pgh_id").first()
    if then is None:
        return []
    return [
        Difference(label_of(name), spelled(getattr(then, name)), spelled(getattr(entry, name)))
        for name in (COMPARED if then.delivered_by_id == entry.delivered_by_id else ["delivered_by"])
        if getattr(then, name) != getattr(entry, name)
    ]


def standing(entry):
    """Whether an entry counts, waits, came back or is out, and since when, in a few words."""
    if entry.withdrawn_at:
        return _("withdrawn on %(day)s") % {"day": day_of(entry.withdrawn_at)}
    if entry.returned_at:
        return _("returned on %(day)s") % {"day": day_of(entry.returned_at)}
    if entry.confirmed_at:
        return _("confirmed on %(day)s") % {"day": day_of(entry.confirmed_at)}
    return _("to be confirmed")


def day_of(moment):
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
