from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.views.decorators.http import require_safe

from thirdsector.exports import organisation_row
from thirdsector.filters import OrganisationFilter
from will_portal.common.downloads import csv_response, json_response


def rows_asked_for(request):
    found = OrganisationFilter.of(request)
    if not found.is_valid():
        raise BadRequest(found.errors.as_text())
    return list(map(organisation_row, found.qs))


@login_not_required
@require_safe
def organisation_csv(request):
    return csv_response("third-sector", rows_asked_for(request))


@login_not_required
@require_safe
def organisation_json(request):
    rows = rows_asked_for(request)
    return json_response("third-sector", {"count": len(rows), "organisations": rows})
