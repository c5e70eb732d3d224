import re

from django.db import connection

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|COPY|CREATE|ALTER|DROP)\b", re.IGNORECASE)


class WriteInSafeRequest(Exception):
    """A request that may not change anything tried to write."""


def refuse_writes(execute, sql, params, many, context):
    if WRITE.match(sql):
        raise WriteInSafeRequest(sql)
    return execute(sql, params, many, context)


def read_only_get(get_response):
    """Innermost middleware, so that the session, which keeps its age in the database, stays outside."""

    def middleware(request):
        if request.method not in SAFE_METHODS:
            return get_response(request)
        with connection.execute_wrapper(refuse_writes):
            return get_response(request)

    return middleware
