"""The roles that belong to no city or organisation: one group each, named by the role."""

from django.utils.translation import gettext_lazy as _

RESEARCHER, COORDINATOR, ADMINISTRATOR = "researcher", "coordinator", "administrator"
LABELS = {RESEARCHER: _("Researcher"), COORDINATOR: _("Programme coordinator")}


def is_administrator(user):
    return user.is_active and user.is_superuser


def is_coordinator(user):
    return user.is_active and user.groups.filter(name=COORDINATOR).exists()


def coordinates(user):
    """Whether somebody answers for the whole programme."""
    return is_administrator(user) or is_coordinator(user)


# Who may bring people into a group, and out of it.
KEEPERS = {RESEARCHER: coordinates, COORDINATOR: is_administrator}


def kept_by(user):
    return [group for group, is_keeper in KEEPERS.items() if is_keeper(user)]
