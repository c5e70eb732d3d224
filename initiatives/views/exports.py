"""Rows of the log taken along as a file: asked for from the list, made by a worker, fetched within a day."""

from uuid import UUID

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from initiatives.forms.exports import ExportForm
from initiatives.imports import exporting, templates
from initiatives.imports.rights import subjects_for
from initiatives.log_filters import must_have_place
from initiatives.models import ExportRun, Initiative, Partner
from initiatives.models.imports import Subject
from initiatives.tasks import make_export
from initiatives.views.imports_runs import HEAVY
from will_portal.common.doorbells import ring
from will_portal.common.downloads import stored_response
from will_portal.common.fragments import wants_fragment
from will_portal.common.spreadsheets import XLSX

A_PAGE = 25
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}


@require_http_methods(["GET", "HEAD", "POST"])
def exports(request):
    places = must_have_place(request.user)
    if request.method == "POST":
        return asked_for(request, places)
    runs = ExportRun.objects.visible_to(request.user).select_related("city", "organisation", "file")
    runs = runs.defer(*HEAVY)
    page = Paginator(runs, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "initiatives/export_list.html", {"page": page})


def asked_for(request, places):
    form = ExportForm(request.POST)
    if not form.is_valid():
        raise BadRequest(form.errors.as_text())
    place, query = filters_asked_for(form.cleaned_data["query"], places, request.user)
    values = {"city": place.city, "organisation": place.organisation, "query": query}
    values |= {"format": form.cleaned_data["format"], "reads_all": exporting.reads_all(request.user, place)}
    return redirect(begun(request.user, values))


def filters_asked_for(query, places, user):
    """Return the Place and what of the query its filters know; BadRequest if they do not exist."""
    asked = QueryDict(query)
    place = next((place for place in places if place.key == asked.get("place")), None)
    if place is None:
        raise BadRequest("place")
    found = exporting.filters_of(user, place, query)
    if not found.is_valid():
        raise BadRequest(found.errors.as_text())
    kept = QueryDict(mutable=True)
    kept.update({"place": place.key} | {name: asked[name] for name in found.filters if asked.get(name)})
    return place, kept.urlencode()


@transaction.atomic
def begun(by, values):
    """Return the order to the worker; asked for twice in a row, the first one is meant."""
    making = ExportRun.objects.filter(by=by, state=ExportRun.State.MAKING, **values).first()
    run = making or ExportRun.objects.create(by=by, **values)
    ring(make_export, run.pk)
    return run


def run_for(user, public_id):
    runs = ExportRun.objects.visible_to(user).select_related("city", "organisation", "by", "file")
    runs = runs.defer(*HEAVY)
    return get_object_or_404(runs, public_id=public_id)


@require_safe
@vary_on_headers("HX-Request")
def export(request, public_id):
    run = run_for(request.user, public_id)
    if wants_fragment(request) and run.state != ExportRun.State.MAKING:
        return HttpResponseClientRefresh()
    context = {
        "run": run,
        "list": f"{reverse('log:list')}?{run.query}",
        "is_over": is_over(run),
        "cause": exporting.cause_of(run) if run.state == ExportRun.State.FAILED else "",
        "most": exporting.MOST_OF_A_SHEET,
    }
    template = "initiatives/_export_state.html" if wants_fragment(request) else "initiatives/export_run.html"
    return render(request, template, context)


def is_over(run):
    """Whether its day has passed, also before anybody has deleted the file."""
    return run.state == ExportRun.State.EXPIRED or bool(run.expires and run.expires <= timezone.now())


@require_safe
def export_file(request, public_id):
    run = run_for(request.user, public_id)
    if run.state != ExportRun.State.READY or run.file is None or is_over(run):
        raise Http404
    try:
        exporting.place_of(run)
    except exporting.CannotBeMade:
        raise Http404 from None
    exporting.note_download(run)
    return stored_response(run.file, TYPES[run.format])


@require_safe
def template(request):
    place, subject, initiative = template_asked_for(request)
    name, content = templates.template_file(
        by=request.user, place=place, subject=subject, initiative=initiative
    )
    headers = {"Content-Disposition": content_disposition_header(True, name)}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def template_asked_for(request):
    """Return the Place, the subject and perhaps the initiative of the rows that somebody wants to fill in."""
    places = must_have_place(request.user)
    if key := request.GET.get("initiative"):
        initiative = logged_initiative(request.user, key)
        return place_for(initiative, places), Subject.LOG, initiative
    place = next((place for place in places if place.key == request.GET.get("place")), None)
    subject = request.GET.get("subject", Subject.LOG)
    if place is None or subject not in subjects_for(request.user, place):
        raise Http404
    return place, subject, None


def logged_initiative(user, key):
    try:
        key = UUID(key)
    except ValueError:
        raise Http404 from None
    rows = Initiative.objects.logged_by(user).only("code", "title", "city")
    return get_object_or_404(rows.distinct(), public_id=key)


def place_for(initiative, places):
    """The city of the initiative, for its people, else the first of the bodies that implement it."""
    of_city = [place for place in places if place.city and place.city.pk == initiative.city_id]
    parts = Partner.objects.implementing().current().filter(initiative=initiative)
    bodies = set(parts.values_list("organisation", flat=True))
    implementing = [place for place in places if place.organisation and place.organisation.pk in bodies]
    return [*of_city, *implementing][0]
