import json
from collections import Counter
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Sum

from cities.management.commands.load_cities import REFERENCE as PLACES
from cities.merging import load
from cities.models import City, Region
from initiatives.calendar import months_before
from initiatives.codes import Ending, InnovationArea, InnovationLever, Origin, Stage
from initiatives.demo import plans
from initiatives.management.commands import load_demo_log
from initiatives.management.commands.load_initiatives import REFERENCE
from initiatives.models import (
    BudgetLine,
    FundingSource,
    Initiative,
    Intervention,
    InterventionKind,
    MonthClosing,
)
from thirdsector.codes import UserArea
from thirdsector.management.commands.load_demo_organisations import COOPERATIVE, INVENTED
from thirdsector.models import Organisation
from will_portal.accounts.models import User

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
WHOLE = plans.read_plans()
# Of some initiatives a part of their entries, so that the tests stay short.
SOME = {"DEMO-PR-01": 7, "DEMO-VR-01": 7, "DEMO-VR-03": 0, "DEMO-RE-02": 3, "DEMO-CO-02": 0}
FEW = [
    plan | {"log": plan["log"] and plan["log"] | {"per_month": SOME[plan["code"]]}}
    for plan in WHOLE
    if plan["code"] in SOME
]


@pytest.fixture
def surroundings():
    """What the log stands on: cities, code lists, demonstration people and organisations."""
    load(Region, "istat_code", PLACES / "regions.json")
    load(City, "cadastral_code", PLACES / "cities.json")
    load(InterventionKind, "code", REFERENCE / "kinds.json")
    load(FundingSource, "code", REFERENCE / "funding_sources.json")
    for command in ["load_demo_accounts", "load_demo_memberships", "load_demo_organisations"]:
        call_command(command)


@pytest.fixture
def invent(surroundings, monkeypatch, capsys):
    """`invent()` invents some of the initiatives and their log, as if it were this day."""
    monkeypatch.setattr(load_demo_log, "read_plans", lambda: FEW)

    def run(today=TODAY):
        capsys.readouterr()
        call_command("load_demo_log", today=today)
        return capsys.readouterr().out.strip()

    return run


def figures():
    columns = ["initiative__code", "day", "kind__code", "people_served", "new_people", "hours", "version"]
    columns += ["entered_by__email", "entered_at", "breakdown__age_band", "breakdown__people"]
    return list(Intervention.objects.order_by("pk", "breakdown").values_list(*columns))


def test_the_whole_demonstration_gives_every_city_a_log(surroundings):
    call_command("load_demo_log", today=TODAY)
    assert 6_000 < Intervention.objects.count() < 10_000
    assert Initiative.objects.filter(origin=Origin.INVENTED).count() == len(WHOLE)
    assert Intervention.objects.values("city").distinct().count() == 10


def test_run_again_it_changes_nothing(invent):
    assert invent().startswith("Demonstration log: 5 initiatives,")
    before = figures()
    assert invent(TODAY + timedelta(days=40)) == "Demonstration log: unchanged"
    assert figures() == before


def test_the_same_day_gives_the_same_log(invent):
    logs = []
    for _ in range(2):
        savepoint = transaction.savepoint()
        invent()
        logs.append(figures())
        transaction.savepoint_rollback(savepoint)
    assert logs[0] == logs[1]


def test_it_is_refused_in_production(invent, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="refused in production"):
        invent()
    assert not Intervention.objects.exists()


def test_without_the_invented_organisations_it_says_what_is_missing(invent):
    Organisation.objects.filter(fiscal_code=COOPERATIVE).update(invented=False)
    with pytest.raises(CommandError, match=f"organisations first; missing: {COOPERATIVE}"):
        invent()


def test_what_is_invented_and_what_is_real_never_mix(invent):
    call_command("load_initiatives")
    invent()
    assert set(Intervention.objects.values_list("initiative__origin", flat=True)) == {"invented"}
    bodies = Intervention.objects.exclude(delivered_by=None)
    assert set(bodies.values_list("delivered_by__invented", flat=True)) == {True}
    assert not Initiative.objects.filter(origin="register", partners__isnull=False).exists()
    assert set(Initiative.objects.filter(code__startswith="DEMO-").values_list("origin", flat=True)) == {
        "invented"
    }


def test_it_never_touches_what_people_did_with_their_own_initiatives(invent):
    parma = City.objects.get(slug="parma")
    own = Initiative.objects.create(code="PR-2026-01", title="Nostra", city=parma, stage="experiment")
    invent()
    own.refresh_from_db()
    assert (own.title, own.origin) == ("Nostra", "city")
    assert not own.interventions.exists()


def test_where_a_city_has_begun_to_close_months_nothing_is_invented(invent):
    lead = User.objects.get(email="referente@parma.example")
    MonthClosing.objects.create(city=City.objects.get(slug="parma"), month=date(2026, 1, 1), closed_by=lead)
    assert invent() == "Demonstration log: unchanged"
    assert not Initiative.objects.exists()


@pytest.mark.parametrize("today", [date(2027, 1, 1), date(2028, 2, 29), date(2026, 3, 31)], ids=str)
def test_it_is_never_stale_nor_ahead_of_its_day(invent, today):
    invent(today)
    days = Intervention.objects.order_by("day").values_list("day", flat=True)
    assert days[0] >= months_before(today, 36)
    assert today - timedelta(days=7) < days.last() < today
    assert not Intervention.objects.filter(entered_at__date__gte=today).exists()
    assert not Intervention.objects.filter(confirmed_at__lt=F("entered_at")).exists()


def test_weekends_are_nearly_empty(invent):
    invent()
    days = Counter(
        day.weekday() > 4
        for day in Intervention.objects.filter(whole_month=False).values_list("day", flat=True)
    )
    assert 0 < days[True] < days[False] / 20


def test_new_people_become_fewer_as_an_initiative_gets_known(invent):
    invent()
    months = (
        Intervention.objects.filter(initiative__code="DEMO-PR-01")
        .exclude(new_people=None)
        .values_list("day__year")
        .annotate(Sum("new_people"), Sum("people_served"))
        .order_by("day__year")
    )
    shares = [new / served for year, new, served in months]
    assert shares == sorted(shares, reverse=True)


def test_about_half_of_the_entries_with_people_have_a_breakdown_within_their_total(invent):
    invent()
    entries = Intervention.objects.exclude(people_served=None).annotate(
        parts=Count("breakdown"), known=Sum("breakdown__people"), new=Sum("breakdown__new_people")
    )
    broken_down = entries.exclude(parts=0)
    assert 0.4 < broken_down.count() / entries.count() < 0.6
    assert not broken_down.filter(known__gt=F("people_served")).exists()
    assert not broken_down.filter(new__gt=F("new_people")).exists()


def test_where_households_are_the_unit_people_are_counted_beside_them_or_not_at_all(invent):
    invent()
    emporium = Intervention.objects.filter(initiative__code="DEMO-CO-02")
    assert not emporium.filter(households=None).exists()
    assert emporium.filter(people_served=None).exists()
    assert set(emporium.values_list("whole_month", "day__day")) == {(True, 1)}


def test_corrections_leave_a_second_version_and_a_history(invent):
    invent()
    edited = Intervention.objects.filter(version=2, withdrawn_at=None, returned_at=None)
    assert edited.exists()
    assert all(entry.events.count() == 2 for entry in edited)
    assert Intervention.objects.exclude(withdrawn_at=None).exists()


def test_only_what_partners_entered_lately_waits_and_two_entries_are_returned(invent):
    invent()
    waiting = Intervention.objects.to_confirm()
    assert waiting.exists()
    assert not waiting.filter(day__lt=date(2026, 10, 1)).exists()
    assert set(waiting.values_list("entered_by__email", flat=True)) <= {
        "rappresentante@cooperativa.example",
        "socio@cooperativa.example",
        "rappresentante@associazione.example",
    }
    assert Intervention.objects.returned().count() == 2


def test_the_months_before_the_last_two_are_closed_by_the_lead(invent):
    invent()
    closed = MonthClosing.objects.in_force().filter(city__slug="parma")
    assert closed.order_by("-month").first().month == date(2026, 8, 1)
    assert set(closed.values_list("closed_by__email", flat=True)) == {"referente@parma.example"}
    assert MonthClosing.objects.exclude(reopened_at=None).count() == 1
    assert not MonthClosing.objects.filter(city__slug="rovigo").exists()


def test_where_a_city_has_no_demonstration_account_nobody_new_can_sign_in(invent):
    invent()
    added = User.objects.get(email="operatore@como.example")
    assert not added.is_active
    assert not added.has_usable_password()


def test_each_story_ends_at_the_stage_of_its_initiative(invent):
    invent()
    for initiative in Initiative.objects.filter(origin=Origin.INVENTED):
        assert initiative.stage_changes.last().stage == initiative.stage


def test_money_is_planned_committed_and_paid_in_this_order(invent):
    invent()
    sums = BudgetLine.objects.filter(year=2025).values_list("basis").annotate(Sum("amount")).order_by("basis")
    budgeted, committed, paid = (amount for basis, amount in sums)
    assert budgeted > committed > paid > 0


def test_every_entry_and_initiative_holds_what_forms_would_accept(invent):
    invent()
    for row in [*Initiative.objects.filter(origin=Origin.INVENTED), *Intervention.objects.order_by("?")[:30]]:
        row.clean_fields()
        row.validate_constraints()


def test_the_plans_show_every_stage_area_and_several_levers():
    assert {plan["story"][-1]["stage"] for plan in WHOLE} == set(Stage.values)
    assert {plan["innovation_area"] for plan in WHOLE} == set(InnovationArea.values)
    assert {plan["innovation_lever"] for plan in WHOLE} <= set(InnovationLever.values)
    assert {area for plan in WHOLE for area in plan["user_areas"]} <= set(UserArea.values)
    endings = {change["ending"] for plan in WHOLE for change in plan["story"]} - {""}
    assert Ending.RESULT in endings
    assert endings <= set(Ending.values)


def test_every_partner_of_the_plans_is_active_in_that_city():
    active = {row["fiscal_code"]: row["cities"] for row in json.loads(INVENTED.read_text())["rows"]}
    for plan in WHOLE:
        assert all(plan["city"] in active[part["fiscal_code"]] for part in plan["partners"])


def test_the_cooperative_delivers_to_one_initiative_of_each_of_its_cities():
    implemented = [
        plan["city"]
        for plan in WHOLE
        for part in plan["partners"]
        if (part["fiscal_code"], part["role"]) == (COOPERATIVE, "implementer")
    ]
    assert sorted(implemented) == ["parma", "verona"]
