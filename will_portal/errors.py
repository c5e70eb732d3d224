import sys

from django.db import InterfaceError, OperationalError
from django.shortcuts import render
from django.views.defaults import server_error as broken


def server_error(request):
    """Tell a database that is away or busy, which passes, from a fault of the portal, which does not."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return broken(request)
    response = broken(request, "503.html")
    response.status_code = 503
    response["Retry-After"] = "30"
    return response


def explain_refused_methods(get_response):
    """Say it to whoever opens an address that only takes what a form sends: signing in may lead there."""

    def middleware(request):
        response = get_response(request)
        if response.status_code != 405 or request.method != "GET" or request.htmx:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware
