from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.views.decorators.http import require_safe

from cities.exports import city_row
from cities.filters import CityFilter
from will_portal.common.downloads import csv_response, json_response


def rows_asked_for(request):
    found = CityFilter.of(request)
    if not found.is_valid():
        raise BadRequest(found.errors.as_text())
    return list(map(city_row, found.qs))


@login_not_required
@require_safe
def city_csv(request):
    return csv_response("cities", rows_asked_for(request))


@login_not_required
@require_safe
def city_json(request):
    rows = rows_asked_for(request)
    return json_response("cities", {"count": len(rows), "cities": rows})
