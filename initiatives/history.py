"""Who changed what of an initiative: itself, its partners and its money."""

from django.apps import apps
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from pghistory.models import Events

from initiatives.models import BudgetLine, FundingSource, Initiative, Partner
from thirdsector.models import Organisation
from will_portal.accounts.groups import is_administrator
from will_portal.accounts.history import ACTS
from will_portal.accounts.models import User

LATEST = 100
# Told by the column that names who did it.
TOLD = {"published_by_id"}


def history_read_by(user):
    """The initiatives whose changes somebody may read: those of the cities they lead, or all."""
    return Initiative.objects.all() if is_administrator(user) else Initiative.objects.led_by(user)


def changes_of(initiative):
    """Return what people, not loads of data, changed in an initiative, the latest first.

    Each is a dictionary of when, what, act, actor and fields: [(name, old, new)].
    """
    tracked = [model.pgh_event_model for model in (Initiative, Partner, BudgetLine)]
    events = list(
        Events.objects.references(initiative)
        .across(*tracked)
        .filter(pgh_context__user__isnull=False)
        .order_by("-pgh_created_at", "-pgh_id")[:LATEST]
    )
    actors = User.objects.in_bulk(event.pgh_context["user"] for event in events)
    names = names_in(events)
    return [described(event, actors, names) for event in events]


def names_in(events):
    """Return {key: name} of the organisations and funding sources that partners and lines point to."""
    keys = [event.pgh_data.get("organisation_id") for event in events]
    organisations = Organisation.objects.only("name").in_bulk(filter(None, keys))
    sources = FundingSource.objects.in_bulk(field_name="code")
    return {key: row.name for key, row in organisations.items()} | {
        code: source.label for code, source in sources.items()
    }


def described(event, actors, names):
    model = apps.get_model(event.pgh_obj_model)._meta
    about = event.pgh_data.get("organisation_id") or event.pgh_data.get("funding_source_id")
    return {
        "when": event.pgh_created_at,
        "what": " ".join(filter(None, [str(model.verbose_name), names.get(about)])),
        "act": ACTS[event.pgh_label],
        "actor": actors.get(event.pgh_context["user"]),
        "fields": [
            (field.verbose_name, shown(field, old, names), shown(field, new, names))
            for name, (old, new) in (event.pgh_diff or {}).items()
            if name not in TOLD
            for field in [model.get_field(name.removesuffix("_id"))]
        ],
    }


def shown(field, value, names):
    """Return a stored value as people know it."""
    if isinstance(value, list):
        return ", ".join(str(shown(field.base_field, item, names)) for item in value)
    if field.get_internal_type() == "DateTimeField" and value:
        return date_format(localtime(parse_datetime(value)), "SHORT_DATETIME_FORMAT")
    if field.flatchoices:
        return dict(field.flatchoices).get(value, value)
    return names.get(value, value) if field.is_relation else value
