from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from cities.exports import city_row
from cities.filters import CityFilter
from will_portal.common.downloads import csv_response, json_response, rows_of


def rows_asked_for(request):
    return rows_of(CityFilter.of(request), city_row)


@login_not_required
@require_safe
def city_csv(request):
    return csv_response("cities", rows_asked_for(request))


@login_not_required
@require_safe
def city_json(request):
    rows = list(rows_asked_for(request))
    return json_response("cities", {"count": len(rows), "cities": rows})
