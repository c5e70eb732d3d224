"""Row 9: the writes of one log form, against the same INSERTs into bare copies of the tables."""

from functools import partial
from uuid import uuid4

import pghistory
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from initiatives.actions.log import record
from initiatives.models import Initiative, Intervention, InterventionKind, InterventionPeople
from will_portal.accounts.models import User
from will_portal.local.bench.explain import explain, title
from will_portal.local.bench.generator import FIRST_DAY, MONTHS, TABLES
from will_portal.local.bench.measure import Comparison, Statements, compared, in_turns

TRIES = 200
TARGET = 3
MOST_QUERIES = 12
# In a month that is not closed.
DAY = FIRST_DAY.replace(year=FIRST_DAY.year + MONTHS // 12, month=9)
PARTS = [(sex, age_band) for sex in "FM" for age_band in ("18-29", "30-54", "65-74")]
WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT")


def as_entered():
    """An entry of thirty people in six parts, and who enters it, as the form would hand them over."""
    initiative = Initiative.objects.select_related("city").get(code="BENCH-0000")
    staff = User.objects.get(email=f"staff-{initiative.city.slug}-0@bench.example")
    kind = InterventionKind.objects.get(pk=Intervention.objects.filter(initiative=initiative)[0].kind_id)

    def one():
        entry = Intervention(
            public_id=uuid4(),
            initiative=initiative,
            day=DAY,
            kind=kind,
            people_served=30,
            new_people=6,
            hours=4,
        )
        parts = [
            InterventionPeople(sex=sex, age_band=band, citizenship="ND", people=5, new_people=1)
            for sex, band in PARTS
        ]
        return {"entry": entry, "breakdown": parts, "by": staff}

    return one


def recorded(submission):
    """Record one entry as a request does, who and where for the history included; return what was sent."""
    with pghistory.context(user=submission["by"].pk, url="/log/add/"), Statements().watched() as statements:
        record(**submission)
    return statements.sent


def is_write(statement):
    # Whoever writes is told to the history in front of the statement.
    return statement.split("; ")[-1].lstrip().startswith(WRITES) or statement == "COMMIT"


def replayed(inserts):
    """Send the INSERTs of an entry and of its parts in one transaction; return what was sent."""
    (into_entries, entry), (into_parts, (ids, *parts)) = inserts
    with Statements().watched() as statements, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(into_entries, [uuid4(), *entry[1:]])
        cursor.execute(into_parts, [list(cursor.fetchone()) * len(ids), *parts])
    return statements.sent


def explained(name, table, inserts):
    """Print the plans of the INSERTs of one submission, and undo them."""
    (into_entries, entry), (into_parts, (ids, *parts)) = inserts
    title(name)
    with transaction.atomic(), connection.cursor() as cursor:
        explain(into_entries, [uuid4(), *entry[1:]])
        cursor.execute("SELECT currval(pg_get_serial_sequence(%s, 'id'))", [table])
        explain(into_parts, [list(cursor.fetchone()) * len(ids), *parts])
        transaction.set_rollback(True)


def bare(name):
    return f"bare_{name}"


def lay_out(with_indexes):
    """Copies of the tables with their columns and defaults: no triggers, no history, no keys to others."""
    indexes = "INCLUDING INDEXES" if with_indexes else ""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {bare(table)}")
            like = f"LIKE {table} INCLUDING DEFAULTS INCLUDING IDENTITY {indexes}"
            cursor.execute(f"CREATE TABLE {bare(table)} ({like})")


def inserts_of(sent):
    return [(statement, params) for _taken, statement, params in sent if statement.startswith("INSERT")]


def into_bare(inserts):
    for table in TABLES:
        inserts = [
            (statement.replace(f'"{table}"', f'"{bare(table)}"'), params) for statement, params in inserts
        ]
    return inserts


def taken(sent, wanted=lambda statement: True):
    return sum(seconds for seconds, statement, _params in sent if wanted(statement))


def queries_of_a_form(submission):
    """Post the entry as its form does; return how many statements the whole request sent."""
    entry, client = submission["entry"], Client()
    client.force_login(submission["by"])
    cells = {
        f"{what}-{part.citizenship}-{part.age_band}-{part.sex}": number
        for part in submission["breakdown"]
        for what, number in (("people", part.people), ("new", part.new_people))
    }
    form = {
        "key": entry.public_id,
        "initiative": entry.initiative.public_id,
        "day": entry.day.isoformat(),
        "kind": entry.kind.code,
        "people_served": entry.people_served,
        "new_people": entry.new_people,
        "hours": entry.hours,
    }
    with Statements().watched() as statements:
        answer = client.post(reverse("log:add"), form | cells)
    if answer.status_code != 302:
        raise AssertionError(f"The form was refused: {answer.status_code}")
    return len([statement for _taken, statement, _params in statements.sent if statement != "COMMIT"])


def compare(side, show):
    """Return the lines; `side` is a copy that may be written to."""
    with side.used():
        one = as_entered()
        with Statements().watched() as statements:
            record(**one())
        inserts = inserts_of(statements.sent)
        if show:
            explained("writes of one submission", TABLES[0], inserts)
        queries = queries_of_a_form(one())
        return [
            line(one, into_bare(inserts), False, show),
            line(one, into_bare(inserts), True, show),
            Comparison(9, "queries of one posted form", "", None, None, queries, MOST_QUERIES),
        ]


def line(one, inserts, with_indexes, show):
    lay_out(with_indexes)
    against = f"the same INSERTs into bare tables {'with' if with_indexes else 'without'} indexes"
    if show:
        explained(against, bare(TABLES[0]), inserts)
    sent = in_turns(lambda: recorded(one()), partial(replayed, inserts), TRIES)
    others = [taken(statements) for statements in sent[1]]
    ours = [taken(statements, is_write) for statements in sent[0]]
    return compared(9, "writes of one submission", against, (ours, others), TARGET)
