from django.urls import reverse
from django.utils.translation import gettext as _

from will_portal.accounts.groups import is_administrator
from will_portal.accounts.models import ErasureRequest, SecondFactorReset
from will_portal.accounts.models.second_factors import LAPSES_AFTER
from will_portal.accounts.roles import oversees
from will_portal.common.waiting import Item


def resets_to_confirm(user):
    """Return what others have asked for and this person may confirm, or cancel because it is about them."""
    resets = SecondFactorReset.objects.open().exclude(asked_by=user).select_related("person")
    return [
        Item(
            what_waits(reset, user),
            reverse("accounts:second_factor_reset", args=[reset.pk]),
            reset.asked + LAPSES_AFTER,
        )
        for reset in resets
        if reset.person == user or oversees(user, reset.person)
    ]


def what_waits(reset, user):
    if reset.person == user:
        return _("Somebody asks to remove your second factor")
    return _("Confirm that %(person)s lost their second factor") % {"person": reset.person}


def erasures_to_carry_out(user):
    if not is_administrator(user):
        return []
    asked = ErasureRequest.objects.open().exclude(person=user).select_related("person")
    return [
        Item(
            _("Erase the account of %(person)s, who asked for it") % {"person": request.person},
            reverse("accounts:erasure_list"),
        )
        for request in asked
    ]
