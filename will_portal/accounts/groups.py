"""The roles that belong to no city or organisation: one group each, named by the role."""

from django.db import connection
from django.utils.translation import gettext_lazy as _

RESEARCHER, COORDINATOR, ADMINISTRATOR = "researcher", "coordinator", "administrator"
LABELS = {RESEARCHER: _("Researcher"), COORDINATOR: _("Programme coordinator")}
# Each page asks several times, and Django would take ten times as long to write it as PostgreSQL to answer.
IS_IN = """
    SELECT EXISTS (
        SELECT FROM accounts_user_groups JOIN auth_group ON auth_group.id = group_id
        WHERE user_id = %s AND name = %s
    )
"""


def is_in(user, group):
    """Whether somebody is in a group now."""
    with connection.cursor() as cursor:
        cursor.execute(IS_IN, [user.pk, group])
        return cursor.fetchone()[0]


def is_administrator(user):
    return user.is_active and user.is_superuser


def is_coordinator(user):
    return user.is_active and is_in(user, COORDINATOR)


def is_researcher(user):
    return user.is_active and is_in(user, RESEARCHER)


def coordinates(user):
    """Whether somebody answers for the whole programme."""
    return is_administrator(user) or is_coordinator(user)


# Who may bring people into a group, and out of it.
KEEPERS = {RESEARCHER: coordinates, COORDINATOR: is_administrator}


def kept_by(user):
    return [group for group, is_keeper in KEEPERS.items() if is_keeper(user)]
