from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from initiatives.actions import partners
from initiatives.forms.partners import PartnerForm, offered_organisations
from initiatives.views.initiatives import editable, visible
from will_portal.accounts.actions import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def partner_list(request, public_id):
    initiative = editable(request.user, public_id)
    form = PartnerForm(request.POST or None, initiative=initiative)
    if request.method == "POST" and form.is_valid() and stored(form, request.user):
        messages.success(request, _("%(partner)s takes part now.") % {"partner": form.instance.organisation})
        return redirect("initiatives:partners", public_id)
    context = {
        "initiative": initiative,
        "form": form,
        "partners": initiative.partners.select_related("organisation"),
        "organisations": offered_organisations(initiative),
    }
    return render(request, "initiatives/partner_list.html", context)


def stored(form, by):
    try:
        partners.save_partner(partner=form.instance, by=by)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def partner_of(request, public_id, pk):
    initiative = editable(request.user, public_id)
    return initiative, get_object_or_404(initiative.partners.select_related("organisation"), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_change(request, public_id, pk):
    initiative, partner = partner_of(request, public_id, pk)
    form = PartnerForm(request.POST or None, instance=partner, initiative=initiative)
    if request.method == "POST" and form.is_valid() and stored(form, request.user):
        messages.success(
            request, _("The part of %(partner)s has been saved.") % {"partner": partner.organisation}
        )
        return redirect("initiatives:partners", public_id)
    context = {"initiative": initiative, "partner": partner, "form": form}
    return render(request, "initiatives/partner_change.html", context)


@require_POST
def partner_remove(request, public_id, pk):
    _initiative, partner = partner_of(request, public_id, pk)
    try:
        partners.remove_partner(partner=partner, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The part has been removed."))
    return redirect("initiatives:partners", public_id)


@require_POST
def partner_city_leave(request, public_id, slug):
    initiative = visible(request.user, public_id)
    city = get_object_or_404(initiative.partner_cities.only("name", "slug"), slug=slug)
    partners.leave(initiative=initiative, city=city, by=request.user)
    messages.success(
        request,
        _("%(city)s takes no part in “%(title)s” any more.") % {"city": city.name, "title": initiative.title},
    )
    return redirect(city)
