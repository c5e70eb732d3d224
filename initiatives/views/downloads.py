from django.contrib.auth.decorators import login_not_required
from django.views.decorators.http import require_safe

from initiatives.exports import HEADINGS, initiative_row
from initiatives.filters import InitiativeFilter
from initiatives.models import Initiative
from will_portal.common.downloads import csv_asked_for, json_response, rows_of, xlsx_response


def rows_asked_for(request):
    def row(initiative):
        return initiative_row(initiative) | {"url": request.build_absolute_uri(initiative.get_absolute_url())}

    return rows_of(InitiativeFilter.of(request), row)


@login_not_required
@require_safe
def initiative_csv(request):
    return csv_asked_for(request, "initiatives", rows_asked_for(request), Initiative, HEADINGS)


@login_not_required
@require_safe
def initiative_json(request):
    rows = list(rows_asked_for(request))
    return json_response("initiatives", {"count": len(rows), "initiatives": rows})


@login_not_required
@require_safe
def initiative_xlsx(request):
    return xlsx_response("initiatives", rows_asked_for(request), Initiative, HEADINGS)
