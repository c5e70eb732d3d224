from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from cities.maps import draw_boundary, draw_network
from cities.models import City, Region


@login_not_required
@require_safe
def home(request):
    regions = list(Region.objects.with_cities())
    context = {
        "regions": regions,
        "city_count": sum(len(region.cities.all()) for region in regions),
        "map": draw_network(regions) if regions else None,
    }
    return render(request, "cities/home.html", context)


@login_not_required
@require_safe
def city_list(request):
    return render(request, "cities/city_list.html", {"cities": City.objects.without_shapes()})


@login_not_required
@require_safe
def city_detail(request, slug):
    city = get_object_or_404(City.objects.select_related("region").defer("region__outline"), slug=slug)
    context = {"city": city, "map": draw_boundary(city.boundary) if city.boundary else None}
    return render(request, "cities/city_detail.html", context)
