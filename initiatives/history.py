"""Who changed what of an initiative: itself, its partners and its money."""

from decimal import Decimal

from django.template.defaultfilters import yesno
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from initiatives.models import BudgetLine, FundingSource, Initiative, Partner
from thirdsector.models import Organisation
from will_portal.accounts import history
from will_portal.accounts.groups import is_administrator
from will_portal.common.numbers import spell_number

# Told by the column that names who did it.
TOLD = {"published_by_id"}
# How the database's text of a value of each kind is written for people.
SPELLED = {
    "BooleanField": yesno,
    "DateField": lambda text: date_format(parse_date(text)),
    "DateTimeField": lambda text: date_format(localtime(parse_datetime(text)), "SHORT_DATETIME_FORMAT"),
    "DecimalField": lambda text: spell_number(Decimal(str(text)), 2),
}


def history_read_by(user):
    """The initiatives whose changes somebody may read: those of the cities they lead, or all."""
    return Initiative.objects.all() if is_administrator(user) else Initiative.objects.led_by(user)


def changes_of(initiative, reader):
    """Return the changes as `will_portal.accounts.history` does, in words that the reader may know."""
    events = history.events_of(initiative, Initiative, Partner, BudgetLine)
    names = names_in(events, reader)
    return [described(event, names) for event in events]


def names_in(events, reader):
    """Return {(model, key): name} of what partners, lines and initiatives point to."""
    bodies = Organisation.objects.only("name").in_bulk(keys_in(events, "organisation_id"))
    # Of other initiatives only those that the reader may see have a name.
    seen = Initiative.objects.visible_to(reader).only("code")
    models = seen.filter(pk__in=keys_in(events, "adapted_from_id"))
    sources = FundingSource.objects.in_bulk(field_name="code")
    return (
        {(Organisation, key): row.name for key, row in bodies.items()}
        | {(Initiative, row.pk): row.code for row in models}
        | {(FundingSource, code): source.label for code, source in sources.items()}
    )


def keys_in(events, column):
    """Return the keys that the column held after or before any of the changes."""
    after = {event.pgh_data.get(column) for event in events}
    before = {key for event in events for key in (event.pgh_diff or {}).get(column, [])}
    return (after | before) - {None}


def described(event, names):
    change = history.described(event, lambda field, value: shown(field, value, names), TOLD)
    data = event.pgh_data
    body = names.get((Organisation, data.get("organisation_id")))
    source = names.get((FundingSource, data.get("funding_source_id")))
    published = Initiative._meta.get_field("published_at").verbose_name
    fields = [(_("published on") if name == published else name, *pair) for name, *pair in change["fields"]]
    return change | {"what": " ".join(filter(None, [str(change["what"]), body or source])), "fields": fields}


def shown(field, value, names):
    """Return a stored value as people write it."""
    if value is None or value == "":
        return None
    if field.is_relation:
        return names.get((field.related_model, value), _("one that you may not see"))
    kind = field.get_internal_type()
    return SPELLED[kind](value) if kind in SPELLED else history.spelled(field, value)
