"""What happened to a city: who came to work for it and left, and which of its facts people changed."""

from django.utils.translation import gettext_lazy as _

from cities.models import City, CityMembership, ContextFigure, ProgrammeMembership
from will_portal.accounts import history
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
        .select_related("city", "user", "pgh_obj", "pgh_context")
        .defer("city__boundary", "city__loaded")
        .order_by("-pgh_created_at", "-pgh_id")[:LATEST]
    )
    keys = [event.pgh_context.metadata.get("user") if event.pgh_context else None for event in events]
    actors = User.objects.in_bulk(filter(None, keys))
    for event, key in zip(events, keys, strict=True):
        event.act, event.actor = act_of(event), actors.get(key)
    return events


def changes_of(city):
    return history.changes_of(city, City, ProgrammeMembership, ContextFigure)
