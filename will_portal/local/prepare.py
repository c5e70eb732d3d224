"""What needs Django before the portal can start, in one process since each start of Django costs."""

import argparse
import io
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from environs import EnvError

from will_portal.local.bootstrap import SETUP_LOG, Problem, step, told


def quietly(command, *arguments, **options):
    output = io.StringIO()
    try:
        call_command(command, *arguments, stdout=output, **options)
    except CommandError as error:
        raise Problem(f"{command}: {error}") from error
    finally:
        with SETUP_LOG.open("a") as log:
            log.write(f"$ {command}\n{output.getvalue()}\n")


def prepare_database(demo):
    with step("Preparing the database"):
        quietly("migrate", interactive=False)
        quietly("load_cities")
        quietly("load_organisations")
        quietly("load_initiatives")
        quietly("load_indicators")
    if demo:
        with step("Loading the demonstration"):
            quietly("load_demo_accounts")
            quietly("load_demo_memberships")
            quietly("load_demo_organisations")
            quietly("load_demo_log")
            quietly("load_demo_release")


def collect_static_files():
    with step("Collecting static files"):
        quietly("collectstatic", interactive=False, clear=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", action="store_true")
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--static", action="store_true")
    options = parser.parse_args()
    try:
        django.setup()
    except (EnvError, ImproperlyConfigured) as error:
        raise Problem(error) from error
    if options.database:
        prepare_database(options.demo)
    if options.static:
        collect_static_files()


if __name__ == "__main__":
    with told():
        sys.exit(main())
