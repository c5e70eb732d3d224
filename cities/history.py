"""What happened to a city: who came to work for it and left, and which of its facts people changed."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from pghistory.models import Events

from cities.models import City, CityMembership, ContextFigure, ProgrammeMembership
from will_portal.accounts.history import ACTS
from will_portal.accounts.models import User

Event = CityMembership.pgh_event_model
LATEST = 100


def act_of(event):
    if event.pgh_label == "insert":
        return _("began")
    if event.pgh_label == "delete":
        return _("deleted")
    return _("ended") if event.until else _("changed whether to be shown as a contact")


def events_of(cities):
    """Return the latest events of the people of these cities, each with `act` and, where known, `actor`."""
    events = list(
        Event.objects.filter(city__in=cities.values("pk"))
        .select_related("city", "user", "pgh_context")
        .defer("city__boundary", "city__loaded")
        .order_by("-pgh_created_at", "-pgh_id")[:LATEST]
    )
    keys = [event.pgh_context.metadata.get("user") if event.pgh_context else None for event in events]
    actors = User.objects.in_bulk(filter(None, keys))
    for event, key in zip(events, keys, strict=True):
        event.act, event.actor = act_of(event), actors.get(key)
    return events


def changes_of(city):
    """Return what people, not loads of reference data, changed in the facts of a city, the latest first.

    Each is a dictionary of when, what, act, actor and fields: [(name, old, new)].
    """
    tracked = [model.pgh_event_model for model in (City, ProgrammeMembership, ContextFigure)]
    events = list(
        Events.objects.references(city)
        .across(*tracked)
        .filter(pgh_context__user__isnull=False)
        .order_by("-pgh_created_at", "-pgh_id")[:LATEST]
    )
    actors = User.objects.in_bulk(event.pgh_context["user"] for event in events)
    return [described(event, actors) for event in events]


def described(event, actors):
    model = apps.get_model(event.pgh_obj_model)._meta
    return {
        "when": event.pgh_created_at,
        "what": model.verbose_name,
        "act": ACTS[event.pgh_label],
        "actor": actors.get(event.pgh_context["user"]),
        "fields": [
            (model.get_field(name.removesuffix("_id")).verbose_name, old, new)
            for name, (old, new) in (event.pgh_diff or {}).items()
        ],
    }
