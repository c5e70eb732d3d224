"""What the log has waiting for somebody: entries to confirm, and own ones that came back."""

from django.urls import reverse
from django.utils.translation import ngettext

from initiatives.models import Intervention
from will_portal.common.waiting import Item


def to_confirm(user):
    count = Intervention.objects.confirmable_by(user).count()
    text = ngettext(
        "%(count)d entry of a partner to be confirmed", "%(count)d entries of partners to be confirmed", count
    )
    return [Item(text % {"count": count}, reverse("log:to_confirm"))] if count else []


def returned_to(user):
    """The entries that the city sent back to somebody, who still may correct them."""
    own = Intervention.objects.of_organisations(user)
    return Intervention.objects.returned().editable_by(user).filter(own)


def returned(user):
    count = returned_to(user).count()
    text = ngettext(
        "%(count)d of your entries was returned for correction",
        "%(count)d of your entries were returned for correction",
        count,
    )
    return [Item(text % {"count": count}, reverse("log:returned"))] if count else []
