from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from cities.charts import topics_of
from cities.filters import CityFilter
from cities.history import changes_of
from cities.maps import draw_boundary, draw_network
from cities.models import City, ContextSeries, ProgrammeMembership, ProgrammeNote, Region
from will_portal.common.fragments import wants_fragment


@login_not_required
@require_safe
def home(request):
    regions = list(Region.objects.with_members())
    context = {
        "regions": regions,
        "city_count": sum(len(region.members) for region in regions),
        "map": draw_network(regions) if regions else None,
    }
    return render(request, "cities/home.html", context)


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def city_list(request):
    found = CityFilter.of(request)
    context = {
        "form": found.form,
        "cities": list(found.qs),
        "is_filtered": any(request.GET.get(name) for name in found.filters),
        "query": request.GET.urlencode(),
    }
    template = "cities/_city_rows.html" if wants_fragment(request) else "cities/city_list.html"
    return render(request, template, context)


@login_not_required
@require_safe
def city_detail(request, slug):
    city = get_object_or_404(City.objects.select_related("region").defer("region__outline"), slug=slug)
    context = {
        "city": city,
        "may_see_history": request.user.is_authenticated
        and City.objects.overseen_by(request.user).filter(pk=city.pk).exists(),
        "map": draw_boundary(city.boundary) if city.boundary else None,
        "topics": topics_of(city),
        "times": city.programme_memberships.all(),
        "notes": ProgrammeNote.objects.about(city),
    }
    return render(request, "cities/city_detail.html", context)


@require_safe
def city_history(request, slug):
    city = get_object_or_404(City.objects.without_shapes(), slug=slug)
    if not City.objects.overseen_by(request.user).filter(pk=city.pk).exists():
        raise PermissionDenied
    return render(request, "cities/city_history.html", {"city": city, "changes": changes_of(city)})


@login_not_required
@require_safe
def about(request):
    times = ProgrammeMembership.objects.select_related("city").order_by("joined", "city__sort_key")
    context = {"times": times.defer("city__boundary", "city__loaded"), "notes": ProgrammeNote.objects.all()}
    return render(request, "pages/about.html", context)


@login_not_required
@require_safe
def data(request):
    return render(request, "pages/data.html", {"series": ContextSeries.objects.with_sources()})
