"""What those who answer for the programme may do in the administration; each app opens its own models."""

from django.contrib.auth import get_permission_codename
from django.contrib.auth.backends import BaseBackend

from will_portal.accounts.groups import is_coordinator

_permissions = set()


def open_to_coordinators(model, *actions):
    """Let coordinators do this with the rows of a model, which must hold nothing about people."""
    names = (get_permission_codename(action, model._meta) for action in actions)
    _permissions.update(f"{model._meta.app_label}.{name}" for name in names)


class CoordinatorBackend(BaseBackend):
    """Gives rights by a place in the group, asked for anew each time; it signs nobody in."""

    def get_group_permissions(self, user, obj=None):
        return set(_permissions) if is_coordinator(user) else set()

    def has_perm(self, user, perm, obj=None):
        return perm in _permissions and is_coordinator(user)

    def has_module_perms(self, user, app_label):
        return any(name.startswith(f"{app_label}.") for name in _permissions) and is_coordinator(user)
