"""The way to the provider of identities and back, for the case that it does not answer."""

import logging
from functools import wraps

from allauth.socialaccount.providers.openid_connect import views
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from requests.exceptions import RequestException

logger = logging.getLogger(__name__)


def while_it_answers(view):
    @login_not_required
    @wraps(view)
    def guarded(request, provider_id):
        try:
            return view(request, provider_id)
        except RequestException as error:
            logger.warning("The provider of identities does not answer: %s", error)
            return render(request, "socialaccount/authentication_error.html", status=503)

    return guarded


login = while_it_answers(views.login)
callback = while_it_answers(views.callback)
