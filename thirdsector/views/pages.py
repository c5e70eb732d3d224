from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers

from cities.models import City
from thirdsector.filters import OrganisationFilter
from thirdsector.forms import OrganisationForm
from thirdsector.history import changes_of
from thirdsector.models import Organisation
from thirdsector.models.people import givable_roles, lock_people
from will_portal.accounts.groups import coordinates
from will_portal.common.fragments import wants_fragment

PER_PAGE = 50


def may_add(user):
    return coordinates(user) or City.objects.led_by(user).exists()


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def organisation_list(request):
    found = OrganisationFilter.of(request)
    context = {
        "form": found.form,
        "organisations": Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in found.filters),
        "query": request.GET.urlencode(),
        "may_add": may_add(request.user),
    }
    fragment, page = "thirdsector/_organisation_rows.html", "thirdsector/organisation_list.html"
    return render(request, fragment if wants_fragment(request) else page, context)


@login_not_required
@require_safe
def organisation_detail(request, public_id):
    organisation = get_object_or_404(Organisation.objects.with_city_names(), public_id=public_id)
    same = Organisation.objects.filter(pk=organisation.pk)
    context = {
        "organisation": organisation,
        "may_edit": same.placeable_by(request.user).exists(),
        "reads_history": same.editable_by(request.user).exists(),
        "has_people": bool(givable_roles(request.user, organisation)),
    }
    return render(request, "thirdsector/organisation_detail.html", context)


def found_among(organisations, public_id):
    """Return the organisation if it is among these; all may be seen."""
    organisation = get_object_or_404(Organisation, public_id=public_id)
    if not organisations.filter(pk=organisation.pk).exists():
        raise PermissionDenied
    return organisation


def stored(form):
    """Save what a valid form says, or tell that somebody was faster."""
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError:
        told = _("Somebody saved the same fiscal code or number of the RUNTS at the same moment: look it up.")
        form.add_error(None, told)
    return form.is_valid()


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_add(request):
    if not may_add(request.user):
        raise PermissionDenied
    led = City.objects.led_by(request.user).values_list("pk", flat=True)
    form = OrganisationForm(request.POST or None, by=request.user, initial={"cities": list(led)})
    if request.method == "POST" and form.is_valid() and stored(form):
        messages.success(request, _("%(name)s is in the directory now.") % {"name": form.instance.name})
        return redirect(form.instance)
    return render(request, "thirdsector/organisation_add.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def organisation_edit(request, public_id):
    organisation = found_among(Organisation.objects.placeable_by(request.user), public_id)
    if request.method == "POST":
        return change(request, organisation)
    return show_form(request, OrganisationForm(instance=organisation, by=request.user), organisation)


@transaction.atomic
def change(request, organisation):
    # Or two leads who mark it for their cities at once would lose one of the two.
    lock_people(organisation.pk)
    current = Organisation.objects.get(pk=organisation.pk)
    form = OrganisationForm(request.POST, instance=current, by=request.user)
    if not (form.is_valid() and stored(form)):
        return show_form(request, form, organisation)
    messages.success(request, _("The changes have been saved."))
    return redirect(current)


def show_form(request, form, organisation):
    context = {"form": form, "organisation": organisation}
    return render(request, "thirdsector/organisation_edit.html", context)


@require_safe
def organisation_history(request, public_id):
    organisation = found_among(Organisation.objects.editable_by(request.user), public_id)
    context = {"organisation": organisation, "changes": changes_of(organisation, request.user)}
    return render(request, "thirdsector/organisation_history.html", context)
