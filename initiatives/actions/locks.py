from django.core.exceptions import PermissionDenied

from initiatives.models import Initiative


def lock_edited(initiative, by):
    """Return the initiative as it is now, locked until the transaction ends, if somebody of its city asks."""
    return lock_among(Initiative.objects.editable_by(by), initiative)


def lock_led(initiative, by):
    """The same if its lead asks."""
    return lock_among(Initiative.objects.led_by(by), initiative)


def lock_among(initiatives, initiative):
    locked = initiatives.select_for_update(no_key=True, of=("self",))
    found = locked.filter(pk=initiative.pk).first()
    if found is None:
        raise PermissionDenied
    return found
