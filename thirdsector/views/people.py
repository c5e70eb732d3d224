from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cities.people_forms import EndForm, InvitationForm
from cities.views.people import invited, may_reset
from thirdsector import actions
from thirdsector.forms import RoleForm
from thirdsector.models import Organisation, OrganisationGrant, OrganisationMembership, Role
from thirdsector.models.people import givable_roles
from will_portal.accounts import grants
from will_portal.accounts.actions import Refused


def organisation_for(user, public_id):
    """Return the organisation with the roles that somebody gives there; who gives none has no business."""
    organisation = get_object_or_404(Organisation, public_id=public_id)
    roles = givable_roles(user, organisation)
    if not roles:
        raise PermissionDenied
    return organisation, roles


@require_safe
def people(request, public_id):
    organisation, _roles = organisation_for(request.user, public_id)
    visible = OrganisationMembership.objects.visible_to(request.user).open().with_names()
    invitations = grants.visible_to(request.user, OrganisationGrant)
    context = {
        "organisation": organisation,
        "memberships": visible.filter(organisation=organisation).order_by("-role", "since"),
        "invitations": [grant for grant in invitations if grant.organisation_id == organisation.pk],
    }
    return render(request, "thirdsector/people_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request, public_id):
    organisation, roles = organisation_for(request.user, public_id)
    offered = {
        role: OrganisationGrant(organisation=organisation, role=role) for role in Role.values if role in roles
    }
    form = InvitationForm(
        request.POST or None, by=request.user, grants=offered, initial={"language": request.user.language}
    )
    if request.method == "POST" and form.is_valid() and invited(request, form):
        return redirect("thirdsector:people", organisation.public_id)
    return render(request, "thirdsector/people_invite.html", {"form": form, "organisation": organisation})


def membership_for(user, pk):
    return get_object_or_404(OrganisationMembership.objects.visible_to(user).with_names(), pk=pk)


def verbs_of(user, found):
    """Return what this person may do to a membership they see; nobody changes their own role."""
    if found.until:
        return set()
    return {"end"} if found.user == user else {"end", "role"}


def show_membership(request, found, **forms):
    """The page of one membership, with the forms of those verbs that this reader has."""
    verbs = verbs_of(request.user, found)
    context = {
        "membership": found,
        "end_form": EndForm() if "end" in verbs else None,
        "role_form": RoleForm(initial={"role": found.role}) if "role" in verbs else None,
        "may_reset": not found.until and may_reset(request.user, found.user),
    }
    return render(request, "thirdsector/membership_detail.html", context | forms)


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
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The role of %(person)s has been changed.") % {"person": found.user})
    return redirect("thirdsector:people", found.organisation.public_id)


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
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The membership of %(person)s has ended.") % {"person": found.user})
        if found.user == request.user:
            # Their own rights on the page of the people have ended with it.
            return redirect("accounts:home")
    return redirect("thirdsector:people", found.organisation.public_id)
