from copy import copy

from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from initiatives.actions import stages
from initiatives.forms.initiatives import StageForm
from initiatives.models import Initiative
from initiatives.pages import page_of
from initiatives.views.initiatives import visible
from will_portal.accounts.actions import Refused


def led(user, public_id):
    """Return an initiative of a city that somebody leads and that no public register tells about."""
    found = visible(user, public_id)
    if not Initiative.objects.led_by(user).filter(pk=found.pk).exists():
        raise PermissionDenied
    stages.refuse_register(found)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def initiative_stage(request, public_id):
    initiative = led(request.user, public_id)
    form = StageForm(request.POST or None, initiative=initiative)
    if request.method == "POST" and form.is_valid() and changed(form, initiative, request.user):
        messages.success(request, _("The new stage has been written into the story of the initiative."))
        return redirect(initiative)
    return render(request, "initiatives/initiative_stage.html", {"form": form, "initiative": initiative})


def changed(form, initiative, by):
    try:
        stages.change_stage(initiative=initiative, **form.cleaned_data, by=by)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def initiative_publish(request, public_id):
    initiative = led(request.user, public_id)
    if request.method != "POST":
        return render(request, "initiatives/initiative_publish.html", preview(initiative, request))
    try:
        stages.publish(initiative=initiative, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("initiatives:publish", initiative.public_id)
    messages.success(request, _("The initiative is published: everybody can read its page."))
    return redirect(initiative)


def preview(initiative, request):
    """The page as somebody who is not signed in will read it."""
    as_public = copy(request)
    as_public.user = AnonymousUser()
    obstacle = stages.obstacle_to_publication(initiative)
    return page_of(initiative, as_public) | {"obstacle": obstacle}


@require_POST
def initiative_unpublish(request, public_id):
    initiative = led(request.user, public_id)
    stages.unpublish(initiative=initiative, by=request.user)
    messages.success(request, _("The initiative is no longer public."))
    return redirect(initiative)
