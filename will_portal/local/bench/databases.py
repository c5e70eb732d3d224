"""The benchmarks' own databases: beside the one that DATABASE_URL names, and never that one itself."""

import contextlib
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.db import connections
from psycopg import sql

from will_portal.local.bench import generator, world
from will_portal.local.bench.command import own_address
from will_portal.local.bootstrap import ROOT, Problem, fingerprint, step
from will_portal.local.prepare import prepare_database

# Stands in the comment of each of them: what does not bear it is somebody else's and is left alone.
OURS = "benchmark of the portal: "
APPS = ["cities", "thirdsector", "initiatives", "evaluation"]
INPUTS = [ROOT / "requirements.txt", ROOT / "will_portal" / "accounts" / "migrations"]
INPUTS += [ROOT / app / folder for app in APPS for folder in ("migrations", "reference", "management")]
SOURCES = [Path(generator.__file__), Path(world.__file__)]


class Side:
    """One of the databases, and a connection to it; inside `with side.used():` it is Django's own."""

    def __init__(self, name, rows):
        self.name, self.rows = name, rows
        self.connection = connections["default"].copy()
        self.connection.settings_dict |= {"NAME": name, "CONN_MAX_AGE": None}
        self.close = self.connection.close

    @contextlib.contextmanager
    def used(self):
        usual, connections["default"] = connections["default"], self.connection
        try:
            yield
        finally:
            connections["default"] = usual


class Databases:
    """Makes and finds them beside the database that an address leads to, whose name theirs begin with."""

    def __init__(self, url):
        self.url = url
        self.template = urlsplit(own_address(url)).path.lstrip("/")

    def connect(self, name=None):
        return psycopg.connect(self.url, autocommit=True, **({"dbname": name} if name else {}))

    def of(self, rows, like=None, seed=generator.SEED):
        """Return the side with a log of so many rows, making it where it is missing or of another portal.

        It is about as many initiatives as one of `like` rows, so that sides differ in nothing but their rows.
        """
        template, initiatives = self.ready_template(), generator.initiatives_for(like or rows)
        name = f"{self.template}_{rows}_{initiatives}"
        mark = fingerprint(template, name, str(seed), *SOURCES)
        if self.mark_of(name) != mark:
            with self.made(name, mark, self.template):
                self.fill(name, rows, initiatives, seed)
        return Side(name, rows)

    def fill(self, name, rows, initiatives, seed):
        with step(f"Generating a log of {rows:,} rows"):
            with contextlib.closing(Side(name, rows)) as side, side.used():
                about = world.build(initiatives)
            with self.connect(name) as connection:
                load = generator.generate(connection, about, rows, seed)
        print(f"  {load.rows:,} rows, {load.rows / load.seconds:,.0f} a second", file=sys.stderr)

    @contextlib.contextmanager
    def copy_of(self, side):
        """Yield a side that may be written to, and is gone afterwards."""
        name = f"{side.name}_copy"
        side.close()
        with self.made(name, "a copy", side.name), contextlib.closing(Side(name, side.rows)) as copy:
            yield copy
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))

    def ready_template(self):
        """Migrate and load what every installation has; return the mark of that."""
        mark = fingerprint(*INPUTS)
        if self.mark_of(self.template) != mark:
            side = Side(self.template, 0)
            with self.made(self.template, mark, "template0"), contextlib.closing(side), side.used():
                prepare_database(demo=False)
        return mark

    def mark_of(self, name):
        with self.connect() as connection:
            return comment(connection, name).removeprefix(OURS)

    @contextlib.contextmanager
    def made(self, name, mark, template):
        """Make a database anew; its mark comes last, so that a half-made one is never taken for whole."""
        identifier = sql.Identifier(name)
        with self.connect() as connection:
            refuse_foreign(connection, name)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(identifier))
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(create.format(identifier, sql.Identifier(template)))
            note(connection, name, "being made")
            yield
            note(connection, name, mark)


def comment(connection, name):
    asked = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"
    return (connection.execute(asked, [name]).fetchone() or [OURS])[0]


def note(connection, name, mark):
    words = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(OURS + mark))
    connection.execute(words)


def refuse_foreign(connection, name):
    if not comment(connection, name).startswith(OURS):
        raise Problem(
            f"The database {name} is not of the benchmarks: they need this name, so rename that one."
        )
