"""The harness itself: what it forbids is really forbidden."""

import socket

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import mail
from django.core.cache import cache
from django.template import Context, Origin, Template
from django.utils import timezone, translation

from tests import strict_templates
from tests.conftest import NetworkForbidden
from will_portal.common.tasks import heartbeat


def test_no_test_leaves_this_machine():
    with pytest.raises(NetworkForbidden), socket.socket() as outside:
        outside.connect(("192.0.2.1", 80))
    with pytest.raises(NetworkForbidden):
        socket.getaddrinfo("will.example", 443)


def test_language_and_time_are_those_of_production():
    assert translation.get_language() == "it"
    assert timezone.get_current_timezone_name() == "Europe/Rome"


def test_a_task_is_not_sent_to_nobody():
    with pytest.raises(AssertionError, match="worker"):
        heartbeat.delay()


@pytest.mark.parametrize("number", [1, 2])
def test_each_test_has_an_empty_cache(number):
    assert cache.get("seen") is None
    cache.set("seen", number, timeout=5)


def test_mail_stays_here():
    mail.send_mail("subject", "text", None, ["nessuno@altrove.example"])
    assert len(mail.outbox) == 1


def test_static_files_need_no_collecting():
    assert staticfiles_storage.url("app.css") == "/static/app.css"


def undefined_in(source, name, **context):
    """Render the source as if it were templates/<name>, and return what was reported."""
    template = Template(source, Origin(str(strict_templates.OWN / name)))
    template.render(Context(context))
    reported = list(strict_templates.undefined)
    strict_templates.undefined.clear()
    return reported


@pytest.mark.parametrize(
    "source", ["{{ gone }}", "{{ here.gone }}", "{% if gone %}{% endif %}", "{% if 1 > gone %}{% endif %}"]
)
def test_our_own_pages_name_nothing_that_is_missing(source):
    assert len(undefined_in(source, "cities/home.html", here={})) == 1


@pytest.mark.parametrize(
    "source", ["{{ here }}", '{{ gone|default:"" }}', "{% for x in here %}{{ forloop.counter }}{% endfor %}"]
)
def test_what_exists_or_has_a_default_is_fine(source):
    assert undefined_in(source, "cities/home.html", here={}) == []


def test_layouts_and_overrides_may_ask_but_not_print():
    assert (
        undefined_in("{% if gone.form %}{% endif %}{{ here.gone }}", "allauth/elements/field.html", here={})
        == []
    )
    assert undefined_in("{{ gone }}", "base.html") == ["base.html: gone"]
