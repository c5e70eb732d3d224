from dataclasses import asdict

from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from will_portal.common.health import examine


@login_not_required
@require_safe
@never_cache
def healthz(request):
    """For the person on call: fails when any part of the portal is away, and says which."""
    health = examine()
    status = "ok" if health.well else "ill"
    return JsonResponse(
        {"status": status, "late": health.late} | asdict(health), status=200 if health.well else 503
    )


@login_not_required
@require_safe
@never_cache
def readyz(request):
    """For the load balancer: whether this process can serve pages, for which it needs only the database."""
    health = examine()
    if not health.database:
        return JsonResponse({"status": "unavailable"}, status=503)
    return JsonResponse({"status": "ready" if health.well else "degraded"} | asdict(health))
