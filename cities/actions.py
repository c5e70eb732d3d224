from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from cities.models import CityGrant, CityMembership, Role
from cities.models.people import giver, lock_people
from will_portal.accounts.actions import Refused, revoke_others


def lock_open(membership):
    """Return the membership as it is now, with the people of its city locked until the transaction ends."""
    lock_people(membership.city_id)
    found = CityMembership.objects.open().with_names().filter(pk=membership.pk).first()
    if found is None:
        raise Refused(_("This membership has ended in the meantime."))
    return found


def is_last_lead(membership):
    others = CityMembership.objects.current().leads().filter(city=membership.city).exclude(pk=membership.pk)
    return membership.role == Role.LEAD and not others.exists()


def revoke_invitations(membership, by):
    revoke_others(CityGrant.objects.filter(city=membership.city), person=membership.user, by=by)


@transaction.atomic
def change_role(*, membership, role, by):
    """End the membership and begin one in the other role; nobody changes their own."""
    membership = lock_open(membership)
    if membership.user == by or not {role, membership.role} <= giver(by)(membership.city_id):
        raise PermissionDenied
    if role == membership.role:
        return
    membership.end(by=by)
    revoke_invitations(membership, by)
    CityMembership.objects.create(city=membership.city, user=membership.user, role=role)


@transaction.atomic
def end_membership(*, membership, reason, by):
    """End a membership, and with it its rights from the next request on."""
    membership = lock_open(membership)
    if membership.role not in giver(by)(membership.city_id):
        raise PermissionDenied
    if is_last_lead(membership) and membership.user == by:
        raise Refused(
            _("You are the only lead of this city: name a successor first, or ask the programme coordinator.")
        )
    membership.end(by=by, reason=reason)
    revoke_invitations(membership, by)
