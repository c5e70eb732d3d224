from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from initiatives.exports import initiative_row
from initiatives.filters import InitiativeFilter
from will_portal.common.downloads import csv_response, json_response, rows_of


def rows_asked_for(request):
    return rows_of(InitiativeFilter.of(request), initiative_row)


@login_not_required
@require_safe
def initiative_csv(request):
    return csv_response("initiatives", rows_asked_for(request))


@login_not_required
@require_safe
def initiative_json(request):
    rows = rows_asked_for(request)
    return json_response("initiatives", {"count": len(rows), "initiatives": rows})
