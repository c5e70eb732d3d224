from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities import actions
from cities.history import events_of
from cities.models import City, CityMembership, Role
from cities.models.people import giver
from cities.people_forms import ContactForm, EndForm, InvitationForm, RoleForm
from cities.templatetags.people import oversees_people
from will_portal.accounts import actions as accounts
from will_portal.accounts import grants, mails
from will_portal.accounts.groups import LABELS, kept_by
from will_portal.accounts.models import Invitation, UserGroup
from will_portal.accounts.roles import oversees


def overseen_cities(user):
    """Return the cities whose people somebody looks after; who looks after nobody has no business here."""
    if not oversees_people(user):
        raise PermissionDenied
    return City.objects.overseen_by(user).without_shapes()


@require_safe
def people(request):
    memberships = CityMembership.objects.open().select_related("user").order_by("role", "since")
    invitations = grants.visible_to(request.user)
    context = {
        "cities": overseen_cities(request.user).prefetch_related(
            Prefetch("memberships", memberships, to_attr="people")
        ),
        "places": UserGroup.objects.in_roles(*kept_by(request.user)),
        "keeps_groups": [LABELS[group] for group in kept_by(request.user)],
        "invitations": invitations,
    }
    return render(request, "cities/people_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    overseen_cities(request.user)
    form = InvitationForm(request.POST or None, by=request.user, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid() and invited(request, form):
        return redirect("cities:people")
    return render(request, "cities/people_invite.html", {"form": form})


def invited(request, form):
    """Store and send the invitation that a valid form asks for, or say in the form why it cannot be."""
    wanted = {name: form.cleaned_data[name] for name in ["email", "grant", "language"]}
    try:
        invitation, token = accounts.invite(**wanted, by=request.user)
    except accounts.Refused as refusal:
        form.add_error("email", refusal)
        return False
    send(request, invitation, token)
    return True


def send(request, invitation, token):
    try:
        mails.send_invitation(request, invitation, token)
    except OSError:
        messages.error(
            request,
            _("The mail server did not take the invitation. It is kept: send it again in some minutes."),
        )
    else:
        messages.success(
            request, _("The invitation to %(email)s has been sent.") % {"email": invitation.email}
        )


def grant_for(user, pk):
    """Return what an invitation opens, pending or not, if somebody looks after that."""
    kind = type(grants.of(get_object_or_404(Invitation, pk=pk)))
    return get_object_or_404(kind.objects.visible_to(user), pk=pk)


def back(request):
    """The page with the invitation that was dealt with: that of the cities, or of what else it opens."""
    page = request.POST.get("next", "")
    # No host is allowed: only addresses of the portal itself, and no names of its routes.
    is_own = page.startswith("/") and url_has_allowed_host_and_scheme(page, None)
    return redirect(page if is_own else "cities:people")


@require_POST
def invitation_resend(request, pk):
    grant = grant_for(request.user, pk)
    try:
        invitation, token = accounts.resend(grant=grant, by=request.user)
    except accounts.Refused as refusal:
        messages.error(request, refusal.message)
    else:
        send(request, invitation, token)
    return back(request)


@require_POST
def invitation_revoke(request, pk):
    grant = grant_for(request.user, pk)
    try:
        accounts.revoke(grant=grant, by=request.user)
    except accounts.Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The invitation has been revoked: its link no longer works."))
    return back(request)


def membership_for(user, pk):
    memberships = CityMembership.objects.visible_to(user).with_names()
    return get_object_or_404(memberships, pk=pk)


def verbs_of(user, found):
    """Return what this person may do to a membership; nobody changes their own role."""
    roles = giver(user)(found.city_id)
    if found.until or found.role not in roles:
        return set()
    return {"end"} if len(roles) < len(Role) or found.user == user else {"end", "role"}


def may_reset(user, person):
    return oversees(user, person) and accounts.has_second_factor(person)


def show_membership(request, found, **forms):
    """The page of one membership, with the forms of those verbs that this reader has."""
    verbs = verbs_of(request.user, found)
    context = {
        "membership": found,
        "end_form": EndForm() if "end" in verbs else None,
        "role_form": RoleForm(initial={"role": found.role}) if "role" in verbs else None,
        "may_reset": not found.until and may_reset(request.user, found.user),
    }
    return render(request, "cities/membership_detail.html", context | forms)


@require_safe
def membership(request, pk):
    return show_membership(request, membership_for(request.user, pk))


@require_POST
def membership_role(request, pk):
    found = membership_for(request.user, pk)
    if "role" not in verbs_of(request.user, found):
        raise PermissionDenied
    form = RoleForm(request.POST)
    if not form.is_valid():
        return show_membership(request, found, role_form=form)
    try:
        actions.change_role(membership=found, role=form.cleaned_data["role"], by=request.user)
    except accounts.Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The role of %(person)s has been changed.") % {"person": found.user})
    return redirect("cities:people")


@require_POST
def membership_end(request, pk):
    found = membership_for(request.user, pk)
    if "end" not in verbs_of(request.user, found):
        raise PermissionDenied
    form = EndForm(request.POST)
    if not form.is_valid():
        return show_membership(request, found, end_form=form)
    try:
        actions.end_membership(membership=found, reason=form.cleaned_data["reason"], by=request.user)
    except accounts.Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The membership of %(person)s has ended.") % {"person": found.user})
    # Whoever ended their own may have no business on the page People any more.
    return redirect("accounts:home" if found.user == request.user else "cities:people")


@require_POST
def membership_contact(request, pk):
    own = get_object_or_404(CityMembership.objects.current().filter(user=request.user), pk=pk)
    ContactForm(request.POST, instance=own).save()
    messages.success(request, _("Your choice has been saved."))
    return redirect("accounts:profile")


def place_for(user, group, person):
    """Return somebody's place in a group that this user keeps."""
    places = UserGroup.objects.in_roles(*kept_by(user))
    return get_object_or_404(places, group__name=group, user__public_id=person)


@require_safe
def group_member(request, group, person):
    place = place_for(request.user, group, person)
    context = {"place": place, "may_reset": may_reset(request.user, place.user)}
    return render(request, "cities/group_member.html", context)


@require_POST
def group_leave(request, group, person):
    place = place_for(request.user, group, person)
    accounts.leave_group(place=place, by=request.user)
    messages.success(request, _("The role of %(person)s has ended.") % {"person": place.user})
    return redirect("cities:people")


@require_safe
def history(request):
    cities = overseen_cities(request.user)
    return render(request, "cities/people_history.html", {"events": events_of(cities)})
