"""Files on their way into the portal: the list, the upload, and one page for each, whatever its state."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from initiatives.actions import imports
from initiatives.forms.imports import ImportForm, places_for
from initiatives.log_filters import must_have_place
from initiatives.models.imports import ImportRun
from initiatives.views.imports_matching import show_matching
from initiatives.views.imports_receipt import show_receipt
from initiatives.views.imports_review import show_review
from initiatives.views.imports_runs import HEAVY, act, own_run, run_for, show
from will_portal.accounts.actions import Refused
from will_portal.common.downloads import stored_response
from will_portal.common.fragments import wants_fragment

A_PAGE = 25
State = ImportRun.State


@require_safe
def import_list(request):
    must_have_place(request.user)
    places = places_for(request.user)
    runs = ImportRun.objects.visible_to(request.user).select_related("city", "organisation", "by")
    runs = runs.defer("understood", "mapping", *HEAVY)
    context = {
        "page": Paginator(runs, A_PAGE).get_page(request.GET.get("page")),
        "places": places,
    }
    return render(request, "initiatives/import_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def import_add(request):
    places = places_for(request.user)
    if not places:
        raise PermissionDenied
    asked = {name: request.GET[name] for name in ["place", "subject"] if name in request.GET}
    form = ImportForm(
        request.POST or None, request.FILES or None, by=request.user, places=places, initial=asked
    )
    if form.is_valid() and (run := started(form, request.user)):
        return redirect(run)
    return render(request, "initiatives/import_add.html", {"form": form})


def started(form, by):
    values = form.cleaned_data
    try:
        return imports.start_import(
            place=values["place"], subject=values["subject"], file=values["file"], by=by
        )
    except Refused as refusal:
        form.add_error(None, refusal)
    return None


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def import_run(request, public_id):
    run = run_for(request.user, public_id)
    if wants_fragment(request):
        return news_of(request, run)
    if run.state == State.MATCHING:
        return show_matching(request, run)
    if run.state == State.REVIEW:
        return show_review(request, run)
    if run.state in (State.DONE, State.UNDONE):
        return show_receipt(request, run)
    if run.is_waiting:
        return show(request, run, "initiatives/import_waiting.html")
    return show(request, run, "initiatives/import_stopped.html")


def news_of(request, run):
    """What has changed since the page asked last; once the state is another, the page as a whole."""
    if request.htmx.target == "import-marked":
        return render(request, "initiatives/_import_marked.html", {"run": run})
    if run.is_waiting and request.GET.get("state", run.state) == run.state:
        return render(request, "initiatives/_import_progress.html", {"run": run})
    return HttpResponseClientRefresh()


@require_POST
def discard(request, public_id):
    run = own_run(request.user, public_id)
    return act(request, run, imports.discard)


@require_safe
def original(request, public_id):
    run = run_for(request.user, public_id)
    return as_download(run.file)


@require_safe
def marked(request, public_id):
    run = run_for(request.user, public_id)
    return as_download(run.marked)


def as_download(stored):
    if stored is None:
        raise Http404
    return stored_response(stored)
