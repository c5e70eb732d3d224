"""A GET writes nothing: read_only_get refuses it, whatever shape the SQL has."""

import pytest
from django.conf import settings as portal
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path

from tests.test_permissions import routes
from will_portal.middleware import MAY_WRITE, WriteInSafeRequest, only_reads


@login_not_required
def write(request):
    Group.objects.create(name="written")
    return HttpResponse("done")


@login_not_required
def write_while_streaming(request):
    def rows():
        yield "first"
        Group.objects.create(name="written")

    return StreamingHttpResponse(rows())


@login_not_required
def read_inside_a_savepoint(request):
    with transaction.atomic():
        return HttpResponse(Group.objects.count())


urlpatterns = [
    path("write", write),
    path("stream", write_while_streaming),
    path("read", read_inside_a_savepoint),
    path("", include("will_portal.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_a_safe_request_that_writes_fails(client, method):
    with pytest.raises(WriteInSafeRequest):
        client.generic(method, "/write")


def test_a_post_may_write(client):
    client.post("/write")
    assert Group.objects.filter(name="written").exists()


def test_a_stream_is_watched_to_its_end(client):
    chunks = iter(client.get("/stream").streaming_content)
    assert next(chunks) == b"first"
    with pytest.raises(WriteInSafeRequest):
        next(chunks)


def test_whoever_consumes_a_stream_may_write_meanwhile(client):
    chunks = iter(client.get("/stream").streaming_content)
    assert next(chunks) == b"first"
    Group.objects.create(name="consumer")
    assert Group.objects.filter(name="consumer").exists()


def test_reading_inside_a_transaction_is_fine(client):
    assert client.get("/read").content == str(Group.objects.count()).encode()


def test_after_a_safe_request_the_connection_writes_again(client):
    client.get("/read")
    assert connection.execute_wrappers == []


def test_what_may_write_is_named_by_routes_that_exist():
    assert {name for name, _url in routes()} >= MAY_WRITE


def test_a_session_ends_on_a_get_when_the_password_was_changed_elsewhere(client_of, cast):
    client = client_of("nobody")
    cast.nobody.set_password("another one")
    cast.nobody.save()
    response = client.get("/accounts/email/")
    assert response["Location"].startswith("/accounts/login/")
    assert not client.session.keys()


def test_the_guard_sits_inside_everything_else():
    assert portal.MIDDLEWARE[-1] == "will_portal.middleware.read_only_get"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        '  (SELECT "a" FROM "b") UNION (SELECT 2)',
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "/* why */ SELECT 1 -- because; DELETE",
        """SELECT 'INSERT INTO; it''s UPDATE', "delete" FROM "update" """,
        "SELECT updated_at FROM a",
        "EXPLAIN SELECT 1",
        'SAVEPOINT "s1"',
        'RELEASE SAVEPOINT "s1"',
        'ROLLBACK TO SAVEPOINT "s1"',
        "SET LOCAL statement_timeout = 1000",
        "SELECT 1;",
    ],
)
def test_statements_that_read(sql):
    assert only_reads(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO a VALUES (1)",
        "  update a set b = 1",
        "/* SELECT */ DELETE FROM a",
        "-- SELECT\nTRUNCATE a",
        "WITH x AS (INSERT INTO a VALUES (1) RETURNING b) SELECT * FROM x",
        "WITH x AS (SELECT 1) DELETE FROM a",
        "EXPLAIN ANALYZE UPDATE a SET b = 1",
        "SELECT * INTO b FROM a",
        "SELECT 1; DROP TABLE a",
        "SELECT * FROM a FOR UPDATE",
        "SELECT * FROM a FOR NO KEY UPDATE",
        "SELECT nextval('a_id_seq')",
        "MERGE INTO a USING b ON true WHEN MATCHED THEN DELETE",
        "COPY a FROM STDIN",
        "CREATE TABLE a ()",
        "REFRESH MATERIALIZED VIEW a",
        "CALL change()",
        "DO $$ BEGIN END $$",
        "LOCK TABLE a",
        "NOTIFY a",
        "",
    ],
)
def test_statements_that_do_not_only_read(sql):
    assert not only_reads(sql)
