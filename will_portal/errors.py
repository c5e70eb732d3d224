import sys

from django.db import InterfaceError, OperationalError
from django.views.defaults import server_error as broken


def server_error(request):
    """Tell a database that is away or busy, which passes, from a fault of the portal, which does not."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return broken(request)
    response = broken(request, "503.html")
    response.status_code = 503
    response["Retry-After"] = "30"
    return response
