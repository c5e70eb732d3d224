"""A seeded log of any size: the same seed and size give the same rows, byte for byte.

The rows are made inside the database, by INSERT ... SELECT from a SHA-256 of seed and number: none has to
travel, and every machine makes the same. Keys and indexes are laid aside for the load and put up again
after it, which checks each row; the triggers of users stay off meanwhile, so that what is generated has
neither marks nor history.
"""

import contextlib
import time
from datetime import date
from typing import NamedTuple

from psycopg import sql

SEED = 2026
FIRST_DAY, DAYS, MONTHS = date(2021, 10, 1), 1826, 60
OPEN_MONTHS = 3
CITIES, KINDS = 10, 12
ROWS_AN_INITIATIVE = 500_000 // 60
# Fewer would not fill the pages of the initiatives' list.
FEWEST_INITIATIVES = 60
# What is rare still fills a page of its city in the smallest log: a full page costs more than an empty one.
A_PAGE = 75
STAFF = 3
TABLES = ["initiatives_intervention", "initiatives_interventionpeople"]
AGE_BANDS = "(ARRAY['0-17', '18-29', '30-54', '55-64', '65-74', '75+', 'ND'])"
PARTS = 4


class World(NamedTuple):
    """Whose log it is: keys for each initiative, then for each city its staff and lead, then the kinds."""

    initiatives: list
    # The same ten in turns.
    cities: list
    organisations: list
    representatives: list
    staff: list
    leads: list
    kinds: list


class Load(NamedTuple):
    rows: int
    seconds: float


def draw(place):
    """SQL for one of the sixteen numbers from 0 to 65,535 that the hash h of a row holds."""
    return f"(get_byte(h, {2 * place}) * 256 + get_byte(h, {2 * place + 1}))"


def among(place, number):
    return f"({draw(place)} % {number})"


def chance(place, share):
    return f"({draw(place)} < {round(share * 65536)})"


def rare(share, rows):
    """The share, or what fills a page of the smallest log."""
    return min(max(share, A_PAGE * CITIES / rows), 0.5)


def drawn(world, rows, seed):
    """SQL for the rows before their fields: number n, hash h, whose delivery it is and in which state."""
    # The first initiative of each city is its busiest.
    busiest = f"{draw(11)} >= {round(65536 * (1 - rare(0.02, rows / 3)))}"
    number = f"CASE WHEN {busiest} THEN n % {CITIES} ELSE {among(0, len(world.initiatives))} END"
    late = f"CASE WHEN {chance(1, 0.1)} THEN {among(2, 20)} ELSE 0 END"
    return f"""
        SELECT n, h, ({number})::int AS i, {chance(3, 0.3)} AS by_partner,
            greatest(0, (n - 1) * {DAYS} / {rows} - {late})::int AS age,
            {chance(4, rare(0.02, rows))} AS withdrawn,
            {chance(5, 0.1)} AS without_people, {chance(5, 0.04)} AS contacts_only,
            {chance(6, rare(0.03, rows * 0.3))} AS waits, {chance(7, 0.02)} AS sent_back,
            4 + {among(8, 37)} AS people
        FROM (
            SELECT n, sha256(convert_to('{int(seed)} ' || n, 'UTF8')) AS h
            FROM generate_series(1::bigint, {int(rows)}) AS n
            OFFSET 0
        ) AS hashed
        OFFSET 0"""  # nosec B608: numbers and names of our own


def of_initiative(ids):
    """SQL that looks a row's initiative up; an array keeps the order of the rows, which a join might not."""
    return f"('{{{','.join(map(str, ids))}}}'::bigint[])[1 + i]"


def kind(world, rows):
    """SQL for the kind: of the common ones the first most often, the last of all hardly ever."""
    ids = f"'{{{','.join(map(str, world.kinds))}}}'::bigint[]"
    common = f"1 + ({draw(9)}::bigint * {draw(9)} * {KINDS - 1} >> 32)::int"
    return f"({ids})[CASE WHEN {chance(10, rare(0.002, rows))} THEN {KINDS} ELSE {common} END]"


def when(condition, value):
    return f"CASE WHEN {condition} THEN {value} END"


def text(condition, value):
    return f"CASE WHEN {condition} THEN {value} ELSE '' END"


def columns(world, rows):
    """The columns of an entry as {name: SQL over drawn()}."""
    seldom_monthly = chance(11, 0.03)
    worked = f"(date '{FIRST_DAY}' + age)"
    day = f"(CASE WHEN {seldom_monthly} THEN date_trunc('month', {worked})::date ELSE {worked} END)"
    return {
        "id": "n",
        "public_id": "encode(substr(h, 1, 16), 'hex')::uuid",
        "initiative_id": of_initiative(world.initiatives),
        "city_id": of_initiative(world.cities),
        "day": day,
        "whole_month": seldom_monthly,
        "kind_id": kind(world, rows),
        "place": text(chance(12, 0.5), f"'Quartiere ' || 1 + {among(12, 40)}"),
        "delivered_by_id": when("by_partner", of_initiative(world.organisations)),
        **measures(),
        "note": text(chance(12, 0.1), "'Con il gruppo del quartiere'"),
        "reference": text(chance(15, 0.2), "'R-' || n"),
        **signatures(world, rows),
    }


def measures():
    return {
        "people_served": when("NOT without_people", "people"),
        "new_people": when("NOT without_people", f"{among(13, 100)} * people / 200"),
        "living_elsewhere": when(f"NOT without_people AND {chance(13, 0.1)}", "people / 4"),
        "households": when("without_people AND NOT contacts_only", "people"),
        "contacts": when("contacts_only", "people * 3"),
        "hours": when(chance(14, 0.6), f"{among(14, 80)}::numeric / 4"),
        "volunteer_hours": when(chance(14, 0.2), f"{among(15, 40)}::numeric / 4"),
        "cost": when(chance(15, 0.15), f"{among(14, 40000)}::numeric / 100"),
    }


def signatures(world, rows):
    """Who entered, confirmed, returned and withdrew an entry, and when."""
    entered = (
        f"(date '{FIRST_DAY}' + ((n - 1) * {DAYS} / {rows})::int + interval '17 hours') AT TIME ZONE 'UTC'"
    )
    staff = (
        f"('{{{','.join(map(str, world.staff))}}}'::bigint[])[1 + i % {CITIES} * {STAFF} + {among(2, STAFF)}]"
    )
    waits, sent_back = "(by_partner AND waits)", "(by_partner AND sent_back AND NOT waits)"
    confirmed = f"NOT ({waits} OR {sent_back})"
    return {
        "entered_by_id": f"CASE WHEN by_partner THEN {of_initiative(world.representatives)} ELSE {staff} END",
        "entered_at": entered,
        "confirmed_by_id": when(confirmed, staff),
        "confirmed_at": when(confirmed, entered),
        "returned_by_id": when(sent_back, staff),
        "returned_at": when(sent_back, entered),
        "return_note": text(sent_back, "'Il numero delle persone non torna'"),
        "withdrawn_by_id": when("withdrawn", staff),
        "withdrawn_at": when("withdrawn", f"{entered} + interval '1 day'"),
        "withdraw_reason": text("withdrawn", "'Scritto due volte'"),
        "version": f"1 + (withdrawn::int + {sent_back}::int + (by_partner AND {confirmed})::int)",
    }


def entries(world, rows, seed):
    fields = columns(world, rows)
    values = ",\n            ".join(fields.values())
    return f"""
        INSERT INTO initiatives_intervention ({", ".join(fields)})
        SELECT {values}
        FROM ({drawn(world, rows, seed)}) AS drawn"""  # nosec B608: numbers and names of our own


def split(total):
    """SQL for the k-th of the parts into which a total falls without remainder."""
    return f"({total} * k / {PARTS} - {total} * (k - 1) / {PARTS})"


# Of ten rows nine count people; five of these nine make half of all.
BREAKDOWNS = f"""
    INSERT INTO initiatives_interventionpeople
        (id, intervention_id, sex, age_band, citizenship, people, new_people)
    SELECT id * {PARTS} + k, id, CASE k % 2 WHEN 0 THEN 'M' ELSE 'F' END,
        {AGE_BANDS}[1 + (id + k / 3 * 3) % 7], CASE id % 3 WHEN 0 THEN 'ITL' ELSE 'ND' END,
        {split("people_served")}, {split("new_people")}
    FROM initiatives_intervention CROSS JOIN generate_series(1, {PARTS}) AS k
    WHERE people_served IS NOT NULL AND id % 9 < 5
    ORDER BY id, k"""  # nosec B608: numbers and names of our own

CLOSINGS = f"""
    INSERT INTO initiatives_monthclosing (city_id, month, closed_at, closed_by_id, reopen_reason)
    SELECT city, month, month + interval '2 months', lead, ''
    FROM unnest(%s::bigint[], %s::bigint[]) AS c (city, lead)
    CROSS JOIN generate_series(0, {MONTHS - OPEN_MONTHS - 1}) AS past
    CROSS JOIN LATERAL (SELECT (date '{FIRST_DAY}' + past * interval '1 month')::date AS month) AS m"""  # nosec B608: numbers and names of our own

KEYS = """
    SELECT 'CONSTRAINT' AS what, conrelid::regclass::text AS on_table, conname AS name,
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
            pg_get_constraintdef(oid)) AS made,
        CASE contype WHEN 'f' THEN 3 ELSE 1 END AS turn
    FROM pg_constraint WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('f', 'p', 'u')
    UNION ALL
    SELECT 'INDEX', indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid), 2
    FROM pg_index WHERE indrelid = ANY (%(tables)s::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
    ORDER BY turn, on_table, name"""


@contextlib.contextmanager
def laid_aside(connection):
    """Load without keys, indexes and triggers; all are put up again in the end."""
    keys = connection.execute(KEYS, {"tables": TABLES}).fetchall()
    for what, table, name, _made, _turn in reversed(keys):
        drop = "DROP INDEX {name}" if what == "INDEX" else "ALTER TABLE {table} DROP CONSTRAINT {name}"
        parts = {"table": sql.Identifier(table), "name": sql.Identifier(name)}
        connection.execute(sql.SQL(drop).format(**parts))
    switch(connection, "DISABLE")
    yield
    for *_others, made, _turn in keys:
        connection.execute(made)
    switch(connection, "ENABLE")


def switch(connection, state):
    for table in TABLES:
        connection.execute(about(table, f"ALTER TABLE {{name}} {state} TRIGGER USER"))


def initiatives_for(rows):
    return max(FEWEST_INITIATIVES, round(rows / ROWS_AN_INITIATIVE / CITIES) * CITIES)


def generate(connection, world, rows, seed=SEED):
    """Write the log of a world into a database that has none; `connection` is psycopg's, in autocommit.

    Returns how many entries and parts there are and how long they took, keys and statistics included.
    """
    started = time.perf_counter()
    connection.execute("SET maintenance_work_mem = '512MB'")
    with connection.transaction(), laid_aside(connection):
        written = connection.execute(entries(world, rows, seed)).rowcount
        written += connection.execute(BREAKDOWNS).rowcount
    with connection.transaction():
        connection.execute(CLOSINGS, [world.cities[:CITIES], world.leads])
        for table in TABLES:
            follow = "SELECT setval(pg_get_serial_sequence({literal}, 'id'), (SELECT max(id) FROM {name}))"
            connection.execute(about(table, follow))
    connection.execute("VACUUM (ANALYZE)")
    return Load(written, time.perf_counter() - started)


def about(table, statement):
    return sql.SQL(statement).format(name=sql.Identifier(table), literal=sql.Literal(table))


def checksum(connection):
    """One word for all that the log holds, the same for the same rows."""
    asked = "SELECT md5(string_agg(md5(t::text), '' ORDER BY id)) FROM {name} AS t"
    return "-".join(connection.execute(about(table, asked)).fetchone()[0] for table in TABLES)
