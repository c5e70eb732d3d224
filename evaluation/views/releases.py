"""The numbered releases: what others than a city read of it, to download and to cite."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Subquery, Value
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evaluation.coverage import changes_of, coverage_of
from evaluation.figure_rows import LICENCE, initiatives_read, spell_initiatives
from evaluation.figures.reader import Reader
from evaluation.models import Release, ReleaseChange, ReleasedMonth
from evaluation.release_files import codebook_of, codebook_rows, data_rows, is_invented
from will_portal.common.downloads import csv_response

A_PAGE = 25


def releases():
    """The releases, each with its changes and their cities."""
    changes = ReleaseChange.objects.select_related("city").order_by("city__sort_key", "what", "month")
    fields = ["release", "month", "what", "why", "city__name", "city__slug"]
    return Release.objects.prefetch_related(Prefetch("changes", changes.only(*fields)))


def with_months(found):
    """Releases with how many `months` of cities are in each."""
    held = ReleasedMonth.objects.filter(since__lte=OuterRef("number")).order_by().annotate(all=Value(1))
    return found.annotate(
        months_held=Subquery(held.values("all").annotate(number=Count("pk")).values("number"))
    )


@login_not_required
@require_safe
def release_list(request):
    page = Paginator(with_months(releases()), A_PAGE).get_page(request.GET.get("page"))
    told = [(release, changes_of(release)) for release in page]
    context = {"page": page, "releases": told, "current": Release.objects.first()}
    return render(request, "evaluation/release_list.html", context)


@login_not_required
@require_safe
def release(request, number):
    found = get_object_or_404(releases(), number=number)
    context = {
        "release": found,
        "current": Release.objects.first(),
        "changes": changes_of(found),
        "coverage": coverage_of(found),
        "address": request.build_absolute_uri(found.get_absolute_url()),
        "licence": LICENCE,
        "initiatives": spell_initiatives(Reader.of(request.user)),
        "is_invented": is_invented(found),
    }
    return render(request, "evaluation/release_detail.html", context)


@login_not_required
@require_safe
def data_csv(request, number):
    found = get_object_or_404(Release, number=number)
    reader = Reader.of(request.user)
    return csv_response(f"will-release-{number}-{initiatives_read(reader)}", data_rows(found, reader))


@login_not_required
@require_safe
def codebook(request, number):
    found = get_object_or_404(Release, number=number)
    context = {"release": found, "codebook": codebook_of(found), "is_invented": is_invented(found)}
    return render(request, "evaluation/release_codebook.html", context)


@login_not_required
@require_safe
def codebook_csv(request, number):
    found = get_object_or_404(Release, number=number)
    return csv_response(f"will-release-{number}-codebook", codebook_rows(codebook_of(found)))
