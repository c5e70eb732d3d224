"""How fresh the sums are, what the workers did for it, and what those in charge may ask of them."""

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Max
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRefresh

from evaluation import actions
from evaluation.filters import RunFilter
from evaluation.freshness import freshness, with_progress
from evaluation.models import ParkedMonth, RollupRun
from evaluation.models.runs import may_read_runs
from initiatives.models import Initiative
from will_portal.accounts.actions import Refused
from will_portal.common.fragments import wants_fragment
from will_portal.common.numbers import spell_number

A_PAGE = 25
MOST_PARKED, MOST_DRIFTS = 50, 200
STARTED = {
    RollupRun.Kind.REBUILD: _("Everything is being recomputed. People can go on working meanwhile."),
    RollupRun.Kind.AUDIT: _("Everything is being checked."),
}


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def run_list(request):
    if not may_read_runs(request.user):
        raise PermissionDenied
    found = RunFilter.of(request)
    context = {
        "form": found.form,
        "page": Paginator(found.qs, A_PAGE).get_page(request.GET.get("page")),
        "is_filtered": any(request.GET.get(name) for name in found.filters),
        "query": request.GET.urlencode(),
        "now": freshness(),
        "parked": named(ParkedMonth.objects.all()[:MOST_PARKED], request.user),
        "may_act": actions.may_retry(request.user),
        "latest": latest_of_ranges(),
    }
    template = "evaluation/_run_news.html" if wants_fragment(request) else "evaluation/run_list.html"
    return render(request, template, context)


def latest_of_ranges():
    """The last rebuild and the last audit: only these are worth another try."""
    runs = RollupRun.objects.of_ranges().order_by().values("kind").annotate(latest=Max("pk"))
    return [run["latest"] for run in runs]


def named(rows, user):
    """Rows about initiatives, each with the `shown` one if this person sees it, and with its `city_name`."""
    rows = list(rows)
    initiatives = Initiative.objects.filter(pk__in={row.initiative_id for row in rows})
    shown = initiatives.visible_to(user).only("code", "title", "public_id").in_bulk()
    cities = dict(initiatives.values_list("pk", "city__name"))
    for row in rows:
        row.shown = shown.get(row.initiative_id)
        row.city_name = cities.get(row.initiative_id, "")
    return rows


@require_safe
@vary_on_headers("HX-Request")
def run(request, pk):
    found = get_object_or_404(RollupRun.objects.visible_to(request.user).select_related("by"), pk=pk)
    with_progress([found])
    is_over = found.state != RollupRun.State.RUNNING
    if wants_fragment(request):
        return (
            HttpResponseClientRefresh()
            if is_over
            else render(request, "evaluation/_run_progress.html", {"run": found})
        )
    context = {
        "run": found,
        "drifts": named(found.drifts.all()[:MOST_DRIFTS], request.user),
        "may_act": actions.may_retry(request.user),
        "is_latest": found.pk in latest_of_ranges(),
    }
    return render(request, "evaluation/run_detail.html", context)


@require_POST
def start(request):
    kind = request.POST.get("kind")
    if not actions.may_retry(request.user):
        raise PermissionDenied
    if kind not in STARTED:
        raise BadRequest("kind")
    try:
        begun = actions.start(kind=kind, by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("runs:list")
    messages.success(request, STARTED[kind])
    return redirect(begun)


@require_POST
def retry_parked(request):
    count = actions.retry_parked(by=request.user)
    told = ngettext(
        "%(number)s month is being tried again.", "%(number)s months are being tried again.", count
    )
    messages.success(request, told % {"number": spell_number(count)})
    return redirect("runs:list")


def shortcut(request, user):
    """The panel of the home of those who answer for figures."""
    if not may_read_runs(user):
        return ""
    return render_to_string("evaluation/_run_shortcut.html", {"now": freshness()}, request)
