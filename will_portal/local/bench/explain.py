"""What each side of a comparison did, for whoever reads the table."""

import sys

from django.db import connection


def title(text):
    print(f"\n== {text}", file=sys.stderr)


def explain(statement, params):
    """Print a statement with its plan and the times of its triggers; EXPLAIN ANALYZE runs it once more."""
    print(f"\n{statement}\n-- {params!r}\n", file=sys.stderr)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", params)
        for (line,) in cursor.fetchall():
            print(f"   {line}", file=sys.stderr)
