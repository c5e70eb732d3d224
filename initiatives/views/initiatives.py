from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from cities.models import City
from initiatives.actions import stages
from initiatives.actions.locks import lock_edited
from initiatives.actions.stages import refuse_register
from initiatives.filters import InitiativeFilter
from initiatives.forms.initiatives import InitiativeForm, propose_code
from initiatives.history import changes_of, history_read_by
from initiatives.models import Initiative
from initiatives.pages import page_of
from will_portal.common.fragments import wants_fragment

A_PAGE = 25


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def initiative_list(request):
    found = InitiativeFilter.of(request)
    context = {
        "form": found.form,
        "page": Paginator(found.qs, A_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in found.filters),
        "query": request.GET.urlencode(),
        "may_add": City.objects.worked_in_by(request.user).exists(),
    }
    fragment = wants_fragment(request)
    template = "initiatives/_initiative_rows.html" if fragment else "initiatives/initiative_list.html"
    return render(request, template, context)


@login_not_required
@require_safe
def initiative_detail(request, public_id):
    initiative = visible(request.user, public_id)
    return render(request, "initiatives/initiative_detail.html", page_of(initiative, request))


def visible(user, public_id):
    heavy = ["city__boundary", "city__loaded", "words", "loaded"]
    initiatives = Initiative.objects.visible_to(user).select_related("city").defer(*heavy)
    return get_object_or_404(initiatives, public_id=public_id)


def editable(user, public_id):
    """Return an initiative of somebody's own city that no public register tells about."""
    found = visible(user, public_id)
    if not Initiative.objects.editable_by(user).filter(pk=found.pk).exists():
        raise PermissionDenied
    refuse_register(found)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def initiative_add(request):
    city = City.objects.worked_in_by(request.user).only("name", "province_abbr").first()
    if city is None:
        raise PermissionDenied
    proposed = {"city": city, "code": propose_code(city)}
    form = InitiativeForm(request.POST or None, by=request.user, initial=proposed)
    if request.method == "POST" and form.is_valid() and created(form, request.user):
        messages.success(request, _("The initiative has been created. The public does not see it yet."))
        return redirect(form.instance)
    return render(request, "initiatives/initiative_add.html", {"form": form})


def created(form, by):
    cities = form.cleaned_data["partner_cities"]
    try:
        stages.create_initiative(initiative=form.instance, partner_cities=cities, by=by)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
def initiative_edit(request, public_id):
    initiative = editable(request.user, public_id)
    if request.method == "POST":
        form = store(initiative, request)
        if form.is_valid():
            messages.success(request, _("The initiative has been saved."))
            return redirect(initiative)
    else:
        form = InitiativeForm(instance=initiative, by=request.user)
    return render(request, "initiatives/initiative_edit.html", {"form": form, "initiative": initiative})


@transaction.atomic
def store(initiative, request):
    """Write under a lock, or the stage and publication that a lead decides at that moment would be undone."""
    current = lock_edited(initiative, request.user)
    form = InitiativeForm(request.POST, instance=current, by=request.user)
    if form.is_valid():
        form.save()
    return form


@require_safe
def initiative_history(request, public_id):
    initiative = visible(request.user, public_id)
    if not history_read_by(request.user).filter(pk=initiative.pk).exists():
        raise PermissionDenied
    context = {"initiative": initiative, "changes": changes_of(initiative, request.user)}
    return render(request, "initiatives/initiative_history.html", context)
