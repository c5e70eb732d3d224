import re
from contextlib import ExitStack, contextmanager

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


class WriteInSafeRequest(Exception):
    """A request that may not change anything tried to write."""


def only_reads(sql):
    code = NOT_CODE.sub(" ", sql)
    return READS.match(code) and not HIDDEN_WRITES.search(code)


def refuse_writes(execute, sql, params, many, context):
    if only_reads(sql) or SESSION_WRITES.match(sql):
        return execute(sql, params, many, context)
    raise WriteInSafeRequest(sql)


@contextmanager
def refusing_writes():
    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(refuse_writes))
        yield


def refused_while_streaming(chunks):
    # Closed between the chunks, because whoever consumes them may write meanwhile.
    chunks = iter(chunks)
    end = object()
    while True:
        with refusing_writes():
            chunk = next(chunks, end)
        if chunk is end:
            return
        yield chunk


def read_only_get(get_response):
    """Refuse every write of a GET. It reads the SQL, so a database function that writes slips through."""

    def middleware(request):
        if request.method not in SAFE_METHODS:
            return get_response(request)
        with refusing_writes():
            response = get_response(request)
        if response.streaming and not isinstance(response, FileResponse):
            response.streaming_content = refused_while_streaming(response.streaming_content)
        return response

    return middleware
