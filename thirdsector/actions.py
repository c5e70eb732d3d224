from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from thirdsector.models import OrganisationGrant, OrganisationMembership, Role
from thirdsector.models.people import givable_roles, lock_people
from will_portal.accounts.actions import Refused, revoke_others


def lock_open(membership):
    """Return the membership as it is now, with the people of its organisation locked."""
    lock_people(membership.organisation_id)
    found = OrganisationMembership.objects.open().with_names().filter(pk=membership.pk).first()
    if found is None:
        raise Refused(_("This membership has ended in the meantime."))
    return found


def is_last_representative(membership):
    present = OrganisationMembership.objects.current().representatives()
    others = present.filter(organisation=membership.organisation).exclude(pk=membership.pk)
    return membership.role == Role.REPRESENTATIVE and not others.exists()


def revoke_invitations(membership, by):
    grants = OrganisationGrant.objects.filter(organisation=membership.organisation)
    revoke_others(grants, person=membership.user, by=by)


@transaction.atomic
def change_role(*, membership, role, by):
    """End the membership and begin one in the other role; nobody changes their own."""
    membership = lock_open(membership)
    if membership.user == by or not {role, membership.role} <= givable_roles(by, membership.organisation):
        raise PermissionDenied
    if role == membership.role:
        return
    membership.end(by=by)
    revoke_invitations(membership, by)
    OrganisationMembership.objects.create(
        organisation=membership.organisation, user=membership.user, role=role
    )


@transaction.atomic
def end_membership(*, membership, reason, by):
    """End a membership, and with it its rights from the next request on."""
    membership = lock_open(membership)
    if membership.role not in givable_roles(by, membership.organisation):
        raise PermissionDenied
    if is_last_representative(membership) and membership.user == by:
        raise Refused(
            _("You are the only representative: name a successor first, or ask the programme coordinator.")
        )
    membership.end(by=by, reason=reason)
    revoke_invitations(membership, by)
