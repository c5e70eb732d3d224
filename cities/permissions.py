from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import BaseBackend

from cities.models import City, ContextFigure, ContextSeries, ProgrammeMembership, ProgrammeNote, Region
from will_portal.accounts.groups import is_coordinator

# What those who answer for the programme may do in the administration; nothing that concerns people.
OF_COORDINATORS = {
    Region: ["view"],
    City: ["view", "add", "change"],
    ProgrammeMembership: ["view", "add", "change"],
    ProgrammeNote: ["view", "add", "change", "delete"],
    ContextSeries: ["view"],
    ContextFigure: ["view", "add", "change"],
}


def permission(model, action):
    return f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}"


class CoordinatorBackend(BaseBackend):
    """Gives rights by a place in the group, asked for anew each time; it signs nobody in."""

    permissions = {
        permission(model, action) for model, actions in OF_COORDINATORS.items() for action in actions
    }

    def get_group_permissions(self, user, obj=None):
        return self.permissions if is_coordinator(user) else set()

    def has_perm(self, user, perm, obj=None):
        return perm in self.permissions and is_coordinator(user)

    def has_module_perms(self, user, app_label):
        return app_label == City._meta.app_label and is_coordinator(user)
