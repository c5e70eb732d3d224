"""An entry of the log in words, where a page names it in passing."""

from django import template
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.models import City
from thirdsector.models import Organisation
from will_portal.common.numbers import spell_number

register = template.Library()


@register.filter
def keeps_log(user):
    """Whether the pages of the log have something for this person."""
    return City.objects.worked_in_by(user).exists() or Organisation.objects.worked_in_by(user).exists()


@register.filter
def log_day(entry):
    if entry.whole_month:
        return _("%(month)s, whole month") % {"month": date_format(entry.day, "YEAR_MONTH_FORMAT")}
    return date_format(entry.day, "DATE_FORMAT")


@register.filter
def log_people(entry):
    """How many were served, in the unit in which they are counted."""
    if entry.people_served is not None:
        number = entry.people_served
        told = ngettext("%(number)s person", "%(number)s people", number)
    elif entry.households is not None:
        number = entry.households
        told = ngettext("%(number)s household", "%(number)s households", number)
    else:
        number = entry.contacts
        told = ngettext("%(number)s contact", "%(number)s contacts", number)
    return told % {"number": spell_number(number)}


@register.filter
def log_count(entry):
    """The same for a column of numbers of people, which need no unit."""
    return log_people(entry) if entry.people_served is None else spell_number(entry.people_served)
