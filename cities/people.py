"""What the people of the cities add to pages of others: their roles, and whom to contact."""

from datetime import timedelta

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cities import actions
from cities.models import City, CityMembership
from will_portal.accounts.models import Invitation
from will_portal.accounts.roles import Position
from will_portal.common.waiting import Item

SOON = timedelta(days=3)
RECENTLY = timedelta(days=30)


def overseen(city):
    return lambda actor: City.objects.overseen_by(actor).filter(pk=city.pk).exists()


def positions(user):
    return [
        Position(
            membership.role,
            membership.get_role_display(),
            overseen(membership.city),
            membership.city.name,
            membership.city.get_absolute_url(),
            membership.since,
        )
        for membership in CityMembership.objects.current().with_names().filter(user=user)
    ]


def contacts(request, city):
    people = CityMembership.objects.contacts().filter(city=city).select_related("user")
    if not people:
        return ""
    context = {"people": people, "show_email": request.user.is_authenticated}
    return render_to_string("cities/_contacts.html", context, request)


def consents(request, user):
    memberships = CityMembership.objects.current().with_names().filter(user=user)
    if not memberships:
        return ""
    return render_to_string("cities/_consents.html", {"memberships": memberships}, request)


def endings(request, user):
    ended = CityMembership.objects.with_names().filter(user=user, until__gt=timezone.now() - RECENTLY)
    if not ended:
        return ""
    return render_to_string("cities/people_endings.html", {"memberships": ended.order_by("-until")}, request)


def ending_invitations(user):
    if not City.objects.overseen_by(user).exists():
        return []
    ending = Invitation.objects.open().filter(invited_by=user, expires__lt=timezone.now() + SOON)
    return [
        Item(
            _("Your invitation to %(email)s has not been taken up yet") % {"email": invitation.email},
            reverse("cities:people"),
            invitation.expires,
        )
        for invitation in ending
    ]


def end_memberships(user, by):
    """Before somebody is erased: what they were stays on record, and gives no right any more."""
    for membership in CityMembership.objects.open().filter(user=user):
        actions.end_membership(membership=membership, reason="", by=by)
    # Why earlier ones ended, somebody wrote in words of their own.
    CityMembership.objects.filter(user=user).exclude(reason="").update(reason="")
