"""A small benchmark, in databases of its own beside the tests' one."""

import json
import os
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.db import connection

from evaluation.models import MonthlyTotal
from initiatives.models import Intervention
from tests.projects import kind
from will_portal.accounts.models import User
from will_portal.celery import app
from will_portal.local.bench import (
    dashboard,
    dashboard_raw,
    generator,
    imports,
    log,
    measure,
    pages,
    rollup,
    rollup_sql,
    rollup_whole,
    writes,
)
from will_portal.local.bench.databases import Databases
from will_portal.local.bootstrap import Problem, arguments

KEYS = ["row", "work", "against", "ours_s", "against_s", "ratio", "target", "met"]
ROWS = 2000


@pytest.fixture
def databases(db, monkeypatch):
    # No worker is to be woken for what is in other databases.
    monkeypatch.setattr(app.conf, "broker_url", "memory://")
    beside = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return Databases(beside.geturl())


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(measure, "WARM_UP", 0)
    monkeypatch.setattr(pages, "TRIES", 1)
    monkeypatch.setattr(dashboard, "TRIES", 2)
    monkeypatch.setattr(writes, "TRIES", 1)
    few = {"TRIES": 1, "REFRESHES": 1, "IMPORTS": 1, "CHANGED": 40, "CELLS": (2, 4)}
    for name, value in few.items():
        monkeypatch.setattr(rollup, name, value)
    # Starting them takes longer than all the rest.
    for name, value in {"TRIES": 1, "WORKERS": 0}.items():
        monkeypatch.setattr(rollup_whole, name, value)


def checksum(databases, seed):
    with databases.connect(databases.of(ROWS, seed=seed).name) as bench:
        return generator.checksum(bench)


def test_a_seed_gives_the_same_log_each_time_and_another_seed_another(databases):
    first = checksum(databases, seed=1)
    other = checksum(databases, seed=2)
    assert other != first
    assert checksum(databases, seed=1) == first


def test_the_log_keeps_its_keys_and_triggers_when_it_is_loaded(databases):
    guards = """SELECT (SELECT count(*) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
        (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'),
        (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O')"""
    with databases.connect(databases.of(ROWS).name) as loaded, databases.connect(databases.template) as empty:
        assert loaded.execute(guards).fetchone() == empty.execute(guards).fetchone()


def test_the_benchmark_of_the_log_prints_lines_with_the_same_keys(databases, hasty):
    lines = log.compare(databases, SimpleNamespace(rows=ROWS, explain=False))
    printed = json.loads(measure.as_json(lines))
    assert {tuple(line) for line in printed} == {tuple(KEYS)}
    assert {line["row"] for line in printed} == {8, 9}
    assert len(measure.as_table(lines).splitlines()) == len(lines) + 1


def test_the_plans_of_both_sides_are_shown(databases, hasty, capsys):
    log.compare(databases, SimpleNamespace(rows=ROWS, explain=True))
    shown = capsys.readouterr().err
    assert "Index Scan using initiatives_log_city" in shown
    assert "Trigger pgtrigger_log_inserted" in shown


def test_the_database_beside_it_is_left_alone(databases, hasty):
    log.compare(databases, SimpleNamespace(rows=ROWS, explain=False))
    assert not User.objects.exists()
    assert not Intervention.objects.exists()


def test_a_database_of_somebody_else_is_not_replaced(databases):
    mine = connection.settings_dict["NAME"]
    with pytest.raises(Problem, match=mine), databases.made(mine, "mark", "template0"):
        pass


@pytest.mark.parametrize("rows", ["999", "5000001"])
def test_too_few_and_too_many_rows_are_refused(rows, capsys):
    with pytest.raises(SystemExit):
        arguments(["bench", "log", "--rows", rows])
    assert "choose 1000 to 5000000" in capsys.readouterr().err


def test_the_benchmark_of_the_import_prints_rows_5_and_6(databases, monkeypatch):
    for name, value in {"ROWS": 60, "LOOP_ROWS": 5, "TRIES": 1}.items():
        monkeypatch.setattr(imports, name, value)
    lines = imports.compare(databases, SimpleNamespace(rows=ROWS, explain=False))
    printed = json.loads(measure.as_json(lines))
    assert {tuple(line) for line in printed} == {tuple(KEYS)}
    assert [line["row"] for line in printed] == [5, 6, 5, 5]


def test_the_benchmark_of_the_sums_prints_rows_1_to_4_and_what_either_side_does(databases, hasty, capsys):
    lines = rollup.compare(databases, SimpleNamespace(rows=ROWS, explain=True))
    printed = json.loads(measure.as_json(lines))
    assert {tuple(line) for line in printed} == {tuple(KEYS)}
    assert [line["row"] for line in printed] == [1, 2, 3, 4, 4]
    shown = capsys.readouterr().err
    assert "REFRESH MATERIALIZED VIEW CONCURRENTLY view_totals" in shown
    assert "CTE written_people" in shown


def test_the_benchmark_stops_if_the_sums_are_not_those_of_the_log(databases, hasty, monkeypatch):
    monkeypatch.setattr(rollup_whole, "build_views", forge)
    with pytest.raises(AssertionError, match="evaluation_monthlytotal are not those"):
        rollup.compare(databases, SimpleNamespace(rows=ROWS, explain=False))


def forge():
    rollup_sql.build_views()
    MonthlyTotal.objects.order_by("pk").first().delete()


def test_the_benchmark_of_the_dashboard_prints_row_7_and_what_either_side_does(databases, hasty, capsys):
    lines = dashboard.compare(databases, SimpleNamespace(rows=ROWS, explain=True))
    printed = json.loads(measure.as_json(lines))
    assert {tuple(line) for line in printed} == {tuple(KEYS)}
    assert [line["row"] for line in printed] == [7] * 9
    assert [line["target"] for line in printed[:4]] == [5, 20, 5, 20]
    shown = capsys.readouterr().err
    assert "evaluation_releasedfigure" in shown
    assert "FROM initiatives_intervention AS e" in shown


def test_the_benchmark_stops_if_the_dashboard_tells_another_number_than_the_log(
    databases, hasty, monkeypatch
):
    monkeypatch.setattr(dashboard_raw, "SUMS", dashboard_raw.SUMS.replace("sum(e.new_people)", "-1"))
    with pytest.raises(AssertionError, match="and -1 in the log"):
        dashboard.compare(databases, SimpleNamespace(rows=ROWS, explain=False))


def test_no_question_is_asked_twice(db):
    kind("A1")
    asked = [tuple(question.items()) for question in dashboard_raw.questions(25, "")]
    assert len(set(asked)) == len(asked) == 25
