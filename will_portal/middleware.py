import re
from contextlib import ExitStack, contextmanager
from functools import partial

from django.contrib.sessions.models import Session
from django.db import connections
from django.http import FileResponse

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
NOT_CODE = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.DOTALL)
READS = re.compile(
    r"\s*\(*\s*(SELECT|WITH|VALUES|TABLE|EXPLAIN|SHOW|SET|RESET|SAVEPOINT|RELEASE|ROLLBACK|DECLARE|FETCH|CLOSE)\b",
    re.I,
)
# Writes can hide inside a reading statement: WITH x AS (INSERT ...), SELECT ... INTO, a second statement.
# SELECT ... FOR UPDATE is refused with them, since only who is about to write needs the lock.
HIDDEN_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|INTO|NEXTVAL|SETVAL)\b|;\s*\S", re.I)
# The session's own book-keeping: its age, and its end when the password was changed elsewhere.
SESSION_WRITES = re.compile(rf'(INSERT INTO|UPDATE|DELETE FROM) "{Session._meta.db_table}" [^;]*$')
# Pages of allauth that note something when they are opened: who comes back from the provider of identities
# is signed in, codes have been seen, sessions that ended leave the list.
MAY_WRITE = {
    "mfa_download_recovery_codes",
    "mfa_view_recovery_codes",
    "openid_connect_callback",
    "usersessions_list",
}


class WriteInSafeRequest(Exception):
    """A request that may not change anything tried to write."""


def only_reads(sql):
    code = NOT_CODE.sub(" ", sql)
    return READS.match(code) and not HIDDEN_WRITES.search(code)


def may_write(request):
    return request.resolver_match is not None and request.resolver_match.view_name in MAY_WRITE


def refuse_writes(request, execute, sql, params, many, context):
    if only_reads(sql) or SESSION_WRITES.match(sql) or may_write(request):
        return execute(sql, params, many, context)
    raise WriteInSafeRequest(sql)


@contextmanager
def refusing_writes(request):
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(partial(refuse_writes, request)))
        yield


def refused_while_streaming(request, chunks):
    # Closed between the chunks, because whoever consumes them may write meanwhile.
    chunks = iter(chunks)
    end = object()
    while True:
        with refusing_writes(request):
            chunk = next(chunks, end)
        if chunk is end:
            return
        yield chunk


def read_only_get(get_response):
    """Refuse every write of a GET. It reads the SQL, so a database function that writes slips through."""

    def middleware(request):
        if request.method not in SAFE_METHODS:
            return get_response(request)
        with refusing_writes(request):
            response = get_response(request)
        if response.streaming and not isinstance(response, FileResponse):
            response.streaming_content = refused_while_streaming(request, response.streaming_content)
        return response

    return middleware
