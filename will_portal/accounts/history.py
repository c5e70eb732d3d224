from django.apps import apps
from django.utils.translation import gettext_lazy as _
from pghistory.models import Events

ACTS = {
    "insert": _("creation"),
    "update": _("change"),
    "delete": _("deletion"),
    "add": _("addition"),
    "remove": _("removal"),
}
LATEST = 50


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
