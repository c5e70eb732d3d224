"""The repository keeps its own promises."""

import os
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from will_portal.local import translations

ROOT = settings.BASE_DIR
TEMPLATES = ROOT / "templates"
NOT_OURS = {
    ".env",
    ".git",
    ".import_linter_cache",
    ".ruff_cache",
    ".venv",
    "__pycache__",
    "node_modules",
    "var",
}
TEXT = {
    "",
    ".cfg",
    ".css",
    ".html",
    ".js",
    ".json",
    ".md",
    ".po",
    ".py",
    ".sh",
    ".svg",
    ".toml",
    ".txt",
    ".yml",
}
ERROR_PAGES = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
# From the ground up: an app may name those before it.
LAYERS = [layer.strip("()").split(".")[-1] for layer in reversed(LINTER["contracts"][0]["layers"])]


def files():
    """Yield what lies under the root, without entering what is not ours: files come and go there."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = set(folders) - NOT_OURS
        yield from (Path(folder, name) for name in names if name not in NOT_OURS)


@cache
def texts():
    """Return {path: content} of everything that people wrote."""
    return {path: path.read_text() for path in files() if path.suffix in TEXT}


def naming(pattern):
    """Return the files, relative to the root, in which the pattern occurs."""
    return sorted(str(path.relative_to(ROOT)) for path, text in texts().items() if re.search(pattern, text))


def is_ours(config):
    path = Path(config.path)
    return path.is_relative_to(ROOT) and not path.is_relative_to(settings.VAR_DIR)


def own_apps():
    return [config for config in apps.get_app_configs() if is_ours(config)]


def test_no_app_escapes_the_contracts():
    names = {config.name for config in own_apps()}
    assert names == set(LINTER["contracts"][1]["source_modules"])
    assert {name.split(".")[0] for name in names} == set(LINTER["root_packages"])
    assert {config.label for config in own_apps()} <= set(LAYERS)


def files_of(label):
    folders = [*(Path(config.path) for config in own_apps() if config.label == label), TEMPLATES / label]
    return [path for path in texts() if any(path.is_relative_to(folder) for folder in folders)]


@pytest.mark.parametrize("label", LAYERS)
def test_no_string_points_up(label):
    """Neither foreign keys ("evaluation.Target"), nor routes ("evaluation:list"), nor templates."""
    above = "|".join(LAYERS[LAYERS.index(label) + 1 :]) or "(?!)"
    upwards = re.compile(rf"""["'](?:admin:)?(?:{above})[.:/_]""")
    assert [path for path in files_of(label) if upwards.search(texts()[path])] == []


def is_override(name):
    others = [config for config in apps.get_app_configs() if not is_ours(config)]
    return any((Path(config.path) / "templates" / name).exists() for config in others)


def test_every_template_is_used():
    for path in TEMPLATES.rglob("*.*"):
        name = path.relative_to(TEMPLATES).as_posix()
        quoted = re.compile(rf"""["']{re.escape(name)}["']""")
        users = [user for user, text in texts().items() if user != path and quoted.search(text)]
        assert users or name in ERROR_PAGES or is_override(name), f"nothing uses templates/{name}"


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True)


def test_the_translation_is_complete():
    assert translations.problems() == []


def test_no_file_names_a_registry():
    assert naming(r"https?://[\w.-]*(?:registry|pypi|pythonhosted|npmjs|artifactory|nexus)|index[-]url") == []


def test_no_file_names_a_folder_of_somebodys_machine():
    assert naming(r"""(?<![\w.])/(?:home|root|Users|work)/\w""") == []


def test_nothing_is_left_for_later():
    assert naming(r"\b(?:TO[D]O|FIX[M]E)\b") == []


def test_every_dependency_has_its_reason():
    table = re.search(r"^dependencies = \[$(.*?)^\[tool", (ROOT / "pyproject.toml").read_text(), re.M | re.S)[
        1
    ]
    lines = [line for line in table.splitlines() if line.startswith('    "')]
    assert lines
    assert [line for line in lines if not re.search(r"# \w", line)] == []
