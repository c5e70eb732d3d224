"""What the people of the organisations add to pages of others: their roles, and those that ended."""

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cities.models import City
from cities.people import RECENTLY, SOON
from thirdsector import actions
from thirdsector.models import Organisation, OrganisationGrant, OrganisationMembership
from will_portal.accounts.models import Invitation
from will_portal.accounts.roles import Position
from will_portal.common.waiting import Item


def overseen(organisation):
    return lambda actor: Organisation.objects.overseen_by(actor).filter(pk=organisation.pk).exists()


def positions(user):
    return [
        Position(
            membership.role,
            membership.get_role_display(),
            overseen(membership.organisation),
            membership.organisation.name,
            membership.organisation.get_absolute_url(),
            membership.since,
        )
        for membership in OrganisationMembership.objects.current().with_names().filter(user=user)
    ]


def endings(request, user):
    ended = OrganisationMembership.objects.with_names().filter(user=user, until__gt=timezone.now() - RECENTLY)
    if not ended:
        return ""
    context = {"memberships": ended.order_by("-until")}
    return render_to_string("thirdsector/people_endings.html", context, request)


def ending_invitations(user):
    """Those of representatives; who looks after a city is told of all their invitations there."""
    if City.objects.overseen_by(user).exists():
        return []
    ending = Invitation.objects.open().filter(invited_by=user, expires__lt=timezone.now() + SOON)
    grants = OrganisationGrant.objects.filter(invitation__in=ending)
    return [
        Item(
            _("Your invitation to %(email)s has not been taken up yet") % {"email": grant.invitation.email},
            reverse("thirdsector:people", args=[grant.organisation.public_id]),
            grant.invitation.expires,
        )
        for grant in grants.select_related("invitation", "organisation")
    ]


def end_memberships(user, by):
    """Before somebody is erased: what they were stays on record, and gives no right any more."""
    for membership in OrganisationMembership.objects.open().filter(user=user):
        actions.end_membership(membership=membership, reason="", by=by)
    # Why earlier ones ended, somebody wrote in words of their own.
    OrganisationMembership.objects.filter(user=user).exclude(reason="").update(reason="")
