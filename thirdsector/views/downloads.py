from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from thirdsector.exports import organisation_row
from thirdsector.filters import OrganisationFilter
from thirdsector.models import Organisation
from will_portal.common.downloads import csv_asked_for, json_response, rows_of, xlsx_response


def rows_asked_for(request):
    return rows_of(OrganisationFilter.of(request), organisation_row)


@login_not_required
@require_safe
def organisation_csv(request):
    return csv_asked_for(request, "third-sector", rows_asked_for(request), Organisation)


@login_not_required
@require_safe
def organisation_json(request):
    rows = list(rows_asked_for(request))
    return json_response("third-sector", {"count": len(rows), "organisations": rows})


@login_not_required
@require_safe
def organisation_xlsx(request):
    return xlsx_response("third-sector", rows_asked_for(request), Organisation)
