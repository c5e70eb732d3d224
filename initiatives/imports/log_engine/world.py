"""What the rows of a file may refer to, in small temporary tables: what is not in them is unknown here."""

from django.utils import timezone

from initiatives.actions.log import closing_told
from initiatives.imports import log_words
from initiatives.imports.log_scope import initiatives_of, parts_of
from initiatives.models import InterventionKind, MonthClosing

TABLES = [
    "allowed_initiatives (id bigint, code text, city_id bigint, starts date, ends date, loggable boolean,"
    " began text, ended text)",
    "allowed_kinds (id bigint, code text)",
    "body_parts (initiative_id bigint, organisation_id bigint, since date, until date, current boolean,"
    " since_told text, until_told text)",
    "closed_months (city_id bigint, month date, told text)",
]


def write_world(cursor, run, by):
    for table in TABLES:
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP")
    initiatives = initiatives_of(run.place, by)
    loggable = set(initiatives.loggable().values_list("pk", flat=True))
    rows = list(initiatives.values_list("pk", "code", "city_id", "starts", "ends"))
    insert(cursor, "allowed_initiatives", [told(row, loggable) for row in rows])
    insert(cursor, "allowed_kinds", InterventionKind.objects.usable().values_list("pk", "code"))
    parts = parts_of(run.place, by).select_related("organisation")
    today = timezone.localdate()
    insert(cursor, "body_parts", [part_of(each, today) for each in parts])
    cities = {city for _pk, _code, city, _starts, _ends in rows}
    closings = MonthClosing.objects.in_force().filter(city__in=cities).select_related("closed_by")
    insert(cursor, "closed_months", [(each.city_id, each.month, closing_told(each)) for each in closings])


def insert(cursor, table, rows):
    # A query that is still to be asked would wait for the copying on the same connection, for ever.
    rows = list(rows)
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE {table}")


def told(row, loggable):
    pk, code, city, starts, ends = row
    began = log_words.began(starts) if starts else None
    ended = log_words.ended(ends) if ends else None
    return pk, code, city, starts, ends, pk in loggable, began, ended


def part_of(part, today):
    name = part.organisation.name
    current = not (part.since and part.since > today or part.until and part.until < today)
    since = log_words.part_since(name, part.since) if part.since else None
    until = log_words.part_until(name, part.until) if part.until else None
    return part.initiative_id, part.organisation_id, part.since, part.until, current, since, until
