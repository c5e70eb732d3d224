"""What the portal measures, in words: for whoever reads a figure."""

from itertools import groupby

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from evaluation.exports import indicator_row
from evaluation.models import Indicator
from evaluation.models.indicators import Topic
from will_portal.common.downloads import csv_response, json_response


@login_not_required
@require_safe
def indicator_list(request):
    return render(request, "evaluation/indicator_list.html", {"topics": by_topic(registry())})


def registry():
    return Indicator.objects.with_current()


def by_topic(indicators):
    """Return [(topic, its indicators)], in the order of the topics."""
    topics = list(Topic)
    ordered = sorted(indicators, key=lambda indicator: topics.index(indicator.topic))
    return [(Topic(topic), list(some)) for topic, some in groupby(ordered, lambda found: found.topic)]


@login_not_required
@require_safe
def indicator_detail(request, code):
    indicator = get_object_or_404(registry(), code=code)
    others = indicator.versions.exclude(pk=indicator.current.pk)
    return render(
        request,
        "evaluation/indicator_detail.html",
        {
            "indicator": indicator,
            "upcoming": [version for version in others if version.is_upcoming],
            "earlier": [version for version in others if not version.is_upcoming],
            "may_add": request.user.has_perm("evaluation.add_indicatorversion"),
        },
    )


@login_not_required
@require_safe
def indicator_csv(request):
    return csv_response("indicators", map(indicator_row, registry()))


@login_not_required
@require_safe
def indicator_json(request):
    rows = [indicator_row(indicator) for indicator in registry()]
    return json_response("indicators", {"count": len(rows), "indicators": rows})
