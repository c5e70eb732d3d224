"""Who changed what of an initiative: itself, its partners and its money."""

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime

from initiatives.models import BudgetLine, FundingSource, Initiative, Partner
from thirdsector.models import Organisation
from will_portal.accounts import history
from will_portal.accounts.groups import is_administrator

# Told by the column that names who did it.
TOLD = {"published_by_id"}


def history_read_by(user):
    """The initiatives whose changes somebody may read: those of the cities they lead, or all."""
    return Initiative.objects.all() if is_administrator(user) else Initiative.objects.led_by(user)


def changes_of(initiative):
    """Return the changes as `will_portal.accounts.history` does, with the names of partners and sources."""
    events = history.events_of(initiative, Initiative, Partner, BudgetLine)
    names = names_in(events)
    return [described(event, names) for event in events]


def names_in(events):
    """Return {key: name} of the organisations and funding sources that partners and lines point to."""
    keys = [event.pgh_data.get("organisation_id") for event in events]
    organisations = Organisation.objects.only("name").in_bulk(filter(None, keys))
    sources = FundingSource.objects.in_bulk(field_name="code")
    return {key: row.name for key, row in organisations.items()} | {
        code: source.label for code, source in sources.items()
    }


def described(event, names):
    change = history.described(event, lambda field, value: shown(field, value, names), TOLD)
    about = event.pgh_data.get("organisation_id") or event.pgh_data.get("funding_source_id")
    return change | {"what": " ".join(filter(None, [str(change["what"]), names.get(about)]))}


def shown(field, value, names):
    if field.get_internal_type() == "DateTimeField" and value:
        return date_format(localtime(parse_datetime(value)), "SHORT_DATETIME_FORMAT")
    if field.is_relation:
        return names.get(value, value)
    return history.spelled(field, value)
