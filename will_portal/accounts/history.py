from django.apps import apps
from django.utils.translation import gettext_lazy as _
from pghistory.models import Events

from will_portal.accounts.models import User

ACTS = {
    "insert": _("creation"),
    "update": _("change"),
    "delete": _("deletion"),
    "add": _("addition"),
    "remove": _("removal"),
}
LATEST = 50
LATEST_CHANGES = 100


def acts_of(user):
    """Return the latest things somebody did, as dictionaries of when, act and what."""
    events = Events.objects.filter(pgh_context__user=user.pk).order_by("-pgh_created_at", "-pgh_id")
    return [
        {
            "when": event.pgh_created_at,
            "act": ACTS[event.pgh_label],
            "what": apps.get_model(event.pgh_obj_model)._meta.verbose_name,
        }
        for event in events.only("pgh_created_at", "pgh_label", "pgh_obj_model")[:LATEST]
    ]


def changes_of(subject, *models):
    """Return what people, not loads of reference data, changed in rows of these models that belong to it.

    The latest first, each a dictionary of when, what, act, actor and fields: [(name, old, new)].
    """
    return [described(event, spelled) for event in events_of(subject, *models)]


def events_of(subject, *models):
    """Return the events behind these changes, each with `actor`."""
    events = list(
        Events.objects.references(subject)
        .across(*(model.pgh_event_model for model in models))
        .filter(pgh_context__user__isnull=False)
        .order_by("-pgh_created_at", "-pgh_id")[:LATEST_CHANGES]
    )
    actors = User.objects.in_bulk(event.pgh_context["user"] for event in events)
    for event in events:
        event.actor = actors.get(event.pgh_context["user"])
    return events


def described(event, spell, left_out=()):
    """Return the change that an event tells of; `spell` takes a field and one of its stored values."""
    model = apps.get_model(event.pgh_obj_model)._meta
    changed = {name: pair for name, pair in (event.pgh_diff or {}).items() if name not in left_out}
    fields = {model.get_field(name.removesuffix("_id")): pair for name, pair in changed.items()}
    return {
        "when": event.pgh_created_at,
        "what": model.verbose_name,
        "act": ACTS[event.pgh_label],
        "actor": event.actor,
        "fields": [
            (field.verbose_name, spell(field, old), spell(field, new)) for field, (old, new) in fields.items()
        ],
    }


def spelled(field, value):
    """Return a stored value as people know it."""
    if isinstance(value, list):
        return ", ".join(str(spelled(field.base_field, item)) for item in value)
    return dict(field.flatchoices).get(value, value)
