import ipaddress
import os
import socket
from collections import defaultdict
from types import SimpleNamespace
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from celery.app.task import Task
from django.conf import settings as portal
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management.commands import flush
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import translation
from hypothesis.configuration import set_hypothesis_home_dir
from xdist.scheduler import LoadFileScheduling

from tests import cast as people
from tests import strict_templates
from tests.places import city
from tests.worker import running
from will_portal.common import doorbells
from will_portal.local import translations

TEST_DIR = portal.VAR_DIR / "test"
# Of each process its own: they compile at the same time.
LOCALE = TEST_DIR / f"locale{os.environ.get('PYTEST_XDIST_WORKER', '')}"
set_hypothesis_home_dir(TEST_DIR / "hypothesis")


class NetworkForbidden(Exception):
    """A test tried to leave this machine."""


def is_near(host):
    if host in (None, "", "localhost", urlsplit(portal.REDIS_URL).hostname):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def only_near(original, host_of):
    def guarded(*args, **kwargs):
        host = host_of(*args)
        if not is_near(host):
            raise NetworkForbidden(f"Tests may not reach {host}: answer for it inside the test.")
        return original(*args, **kwargs)

    return guarded


def host_of_connection(connection, address):
    return "localhost" if connection.family == socket.AF_UNIX else address[0]


# What takes longest comes first: begun last, it would run while other processes idle.
LONGEST = ("tests.evaluation.test_faults", "tests.browser", "tests.test_permissions")
# Of these each test may run in another process.
SPREAD = ("tests/test_permissions.py", "tests/evaluation/test_telling.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: not item.module.__name__.startswith(LONGEST))


class ByFile(LoadFileScheduling):
    """Tests of a file stay together, since what they share is costly and belongs to one process."""

    def _split_scope(self, nodeid):
        path = super()._split_scope(nodeid)
        return nodeid if path in SPREAD else path


# Not by pytest-xdist's own groups: its 3.8 marks them in a field that pytest 9.2 no longer reads, and every
# test goes where there is room.
def pytest_xdist_make_scheduler(config, log):
    return ByFile(config, log)


def keep_permissions(patch):
    """Spare them where a test empties the database: making the same ones anew takes longer than all else.

    What a test adds to them itself stays.
    """

    def sql_flush(style, connection, **options):
        tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
        emptied = set(tables) - {ContentType._meta.db_table, Permission._meta.db_table}
        return connection.ops.sql_flush(style, emptied, **options)

    patch.setattr(flush, "sql_flush", sql_flush)
    patch.setattr(flush, "emit_post_migrate_signal", lambda *args, **kwargs: None)


@pytest.fixture(scope="session", autouse=True)
def hostile_environment():
    """No network, no forgiving templates, and only those settings changed that tests cannot do without."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            guarded = only_near(getattr(socket.socket, name), host_of_connection)
            patch.setattr(socket.socket, name, guarded)
        patch.setattr(socket, "getaddrinfo", only_near(socket.getaddrinfo, lambda host, *_: host))
        strict_templates.watch(patch)
        keep_permissions(patch)
        translations.compile_catalogues(LOCALE)
        with override_settings(
            LOCALE_PATHS=[LOCALE],
            # Slow on purpose in production.
            PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            # Hashed names exist only after collectstatic, and the live server does not know them.
            STORAGES=portal.STORAGES
            | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
            # Looks for files when they are asked for, instead of warning that none are collected.
            WHITENOISE_AUTOREFRESH=True,
        ):
            yield


@pytest.fixture(autouse=True)
def no_undefined_variables():
    strict_templates.undefined.clear()
    yield
    if strict_templates.undefined:
        pytest.fail(
            "undefined in templates: " + "; ".join(sorted(set(strict_templates.undefined))), pytrace=False
        )


@pytest.fixture(autouse=True)
def forget(settings):
    """Empty the cache, as every test finds it."""

    def forget():
        # By another prefix, since clearing would empty the cache of a portal running on the same Redis.
        prefix = {"KEY_PREFIX": f"test-{uuid4().hex}"}
        settings.CACHES = {alias: cache | prefix for alias, cache in settings.CACHES.items()}

    forget()
    return forget


@pytest.fixture(autouse=True)
def own_language():
    # A request leaves the language of its reader active in the thread of the tests.
    translation.deactivate()


@pytest.fixture(autouse=True)
def no_unseen_tasks(request, monkeypatch):
    def refuse(task, *args, **kwargs):
        raise AssertionError(
            f"{task.name} was sent to nobody: ask for the `worker` fixture or call the task itself."
        )

    if "worker" not in request.fixturenames:
        monkeypatch.setattr(Task, "apply_async", refuse)
        # Every act on the log rings, and most tests do not ask for its sums.
        monkeypatch.setattr(doorbells, "_bells", defaultdict(list))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    yield
    # Threads of the browser tests' server keep their connections for a while, and would keep the database.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def cast(db):
    """Everybody, as `cast.parma_staff`."""
    return SimpleNamespace(**people.enter())


@pytest.fixture
def client_of(cast):
    """A browser in which somebody is signed in: `client_of("parma_staff")`; nobody is for "anonymous"."""

    def sign_in(role, **options):
        client = Client(**options)
        if role != "anonymous":
            client.force_login(getattr(cast, role))
        return client

    return sign_in


@pytest.fixture
def just_confirmed(client_of):
    """As `client_of`, the password just given again."""

    def sign_in(role):
        client = client_of(role)
        client.post(reverse("account_reauthenticate"), {"password": people.PASSWORD})
        return client

    return sign_in


@pytest.fixture
def parma(db):
    return city("parma")


@pytest.fixture
def verona(db):
    return city("verona")


@pytest.fixture(scope="module")
def worker(django_db_setup, tmp_path_factory):
    """A worker and a scheduler on the tests' database; for one module only, since they write unasked."""
    with running(tmp_path_factory.mktemp("celery")):
        yield
