"""Refuse migrations that break the release which is still running while they are applied."""

import sys
from pathlib import Path

import django
from django.apps import apps
from django_migration_linter import MigrationLinter

from will_portal.local.bootstrap import ROOT, VAR

# Free words about people leave the history at once, not with a later release.
AT_ONCE = ["0004_forget_reasons"]


def is_ours(config):
    path = Path(config.path)
    return path.is_relative_to(ROOT) and not path.is_relative_to(VAR)


def main():
    django.setup()
    ours = [config.label for config in apps.get_app_configs() if is_ours(config)]
    linter = MigrationLinter(no_cache=True, include_apps=ours, ignore_name=AT_ONCE)
    linter.lint_all_migrations()
    linter.print_summary()
    return linter.has_errors


if __name__ == "__main__":
    sys.exit(main())
