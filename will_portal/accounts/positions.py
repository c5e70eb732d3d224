from django.utils.translation import gettext_lazy as _

from will_portal.accounts.groups import ADMINISTRATOR, LABELS, coordinates, is_administrator
from will_portal.accounts.models import UserGroup
from will_portal.accounts.roles import Position


def positions(user):
    """What somebody is in the whole programme."""
    found = [
        Position(place.group.name, place.label, coordinates, since=place.since)
        for place in UserGroup.objects.in_roles(*LABELS).filter(user=user)
    ]
    if user.is_superuser:
        found.append(Position(ADMINISTRATOR, _("Administrator"), is_administrator))
    return found
