from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.views.decorators.http import require_safe

from initiatives.exports import initiative_row
from initiatives.filters import InitiativeFilter
from will_portal.common.downloads import csv_response, json_response


def rows_asked_for(request):
    found = InitiativeFilter.of(request)
    if not found.is_valid():
        raise BadRequest(found.errors.as_text())
    return list(map(initiative_row, found.qs))


@login_not_required
@require_safe
def initiative_csv(request):
    return csv_response("initiatives", rows_asked_for(request))


@login_not_required
@require_safe
def initiative_json(request):
    rows = rows_asked_for(request)
    return json_response("initiatives", {"count": len(rows), "initiatives": rows})
