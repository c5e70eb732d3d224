"""What is read from the sums: what adds up is added up, of the rest only what can be said is said."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.models import MonthlyPeople, MonthlyTotal
from evaluation.querysets import Between, Known, Rate
from initiatives.models import Initiative
from tests.bodies import organisation
from tests.evaluation import recount, writers
from tests.places import city, key
from tests.projects import initiative, kind

pytestmark = pytest.mark.django_db
DAYS = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1), date(2026, 6, 2)]
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
EVERY = {
    None: lambda month: None,
    "month": lambda month: month,
    "quarter": lambda month: month.replace(month=(month.month - 1) // 3 * 3 + 1),
    "year": lambda month: month.replace(month=1),
}
PER = [[], ["initiative"], ["city"], ["kind", "confirmed"], ["delivered_by"], ["city__region", "initiative"]]
FEW = settings(max_examples=15, deadline=None)


@pytest.fixture
def projects(db):
    another = {"code": "PR-2026-02", "public_id": key("another")}
    return [initiative("parma"), initiative("verona"), initiative("parma", **another)]


@pytest.fixture
def rows(projects):
    """`rows(entries, parts=[])`: store the sums of these and no others."""

    def store(entries, parts=()):
        entries = [filled(entry, projects) for entry in entries]
        for model, names, sums in [
            (MonthlyTotal, recount.TOTALS_KEY, recount.totals(entries)),
            (MonthlyPeople, recount.PEOPLE_KEY, recount.people(entries, parts)),
        ]:
            model.objects.all().delete()
            model.objects.bulk_create(
                model(**dict(zip(names, found, strict=True)), **figures) for found, figures in sums.items()
            )
        return entries

    return store


def filled(entry, projects):
    project = projects[entry.get("project", 0)]
    known = dict.fromkeys([*recount.COUNTS, *recount.AMOUNTS, "withdrawn_at", "delivered_by_id"])
    known |= {"day": MARCH, "kind_id": kind().pk, "confirmed_at": MARCH, "id": 0}
    known |= {"initiative_id": project.pk, "city_id": project.city_id, "region": project.city.region_id}
    return known | entry


@st.composite
def entries(draw):
    body, other = organisation("cooperativa").pk, kind("B1").pk
    one = st.fixed_dictionaries(
        {"project": st.integers(0, 2), "day": st.sampled_from(DAYS)},
        optional={
            "kind_id": st.just(other),
            "delivered_by_id": st.just(body),
            "confirmed_at": st.none(),
        },
    )
    return [values | draw(writers.measures()) for values in draw(st.lists(one, max_size=12))]


def group_of(entry, per):
    paths = {"confirmed": entry["confirmed_at"] is not None, "city__region": entry["region"]}
    return tuple(paths.get(path, entry.get(f"{path}_id")) for path in per)


def groups(entries, every, per):
    """{(period, group): its entries}, as `summed` is to group them; all in one without any grouping."""
    found = {} if every or per else {(None, ()): []}
    for entry in entries:
        period = EVERY[every](entry["day"].replace(day=1))
        found.setdefault((period, group_of(entry, per)), []).append(entry)
    return found


def by_initiative(entries):
    found = defaultdict(list)
    for entry in entries:
        found[entry["initiative_id"]].append(entry)
    return found.values()


def added(entries, name):
    return sum(recount.known(entries, name))


def fewest(entries):
    new = [added(mine, "new_people") for mine in by_initiative(entries)]
    return max([*new, *recount.known(entries, "people_served")], default=0), max(new, default=0)


def test_every_grouping_says_what_its_entries_add_up_to(rows):
    @FEW
    @given(entries(), st.sampled_from(list(EVERY)), st.sampled_from(PER))
    def check(logged, every, per):
        expected = groups(rows(logged), every, per)
        found = {(row.period, row.group): row for row in MonthlyTotal.objects.summed(every=every, per=per)}
        assert found.keys() == expected.keys()
        for which, row in found.items():
            mine = expected[which]
            for name in [*recount.COUNTS, *recount.AMOUNTS]:
                known = len(recount.known(mine, name))
                assert getattr(row, name) == Known(added(mine, name), known, len(mine))
            both = recount.known_both(mine)
            assert row.cost_per_person == Rate(added(both, "cost"), added(both, "people_served"), len(both))
            most = fewest(mine)
            assert row.reached == Between(most[0], added(mine, "people_served"))
            assert row.newly_reached == Between(most[1], added(mine, "new_people"))

    check()


def test_what_adds_up_is_the_same_by_whatever_way_it_is_added(rows):
    @FEW
    @given(entries(), st.sampled_from(list(EVERY)), st.sampled_from(PER))
    def check(logged, every, per):
        rows(logged)
        (total,) = MonthlyTotal.objects.summed()
        parts = MonthlyTotal.objects.summed(every=every, per=per)
        for name in [*recount.COUNTS, *recount.AMOUNTS]:
            assert sum(getattr(part, name).total for part in parts) == getattr(total, name).total
        assert sum(part.cost_per_person.numerator for part in parts) == total.cost_per_person.numerator

    check()


persons = st.frozensets(st.integers(0, 7), max_size=6)
visits = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(DAYS), persons, st.booleans()), max_size=10)


def as_entries(visits):
    """Entries as somebody would write them who knows who came; {day and initiative: who} beside them."""
    seen, logged = defaultdict(set), []
    for project, day, who, counts_new in sorted(visits, key=lambda visit: visit[1]):
        values = {"project": project, "day": day, "people_served": len(who)}
        if counts_new:
            values |= {"new_people": len(who - seen[project]), "came_new": who - seen[project]}
        seen[project] |= who
        logged.append(values | {"came": who})
    return logged


def test_the_persons_who_came_are_as_many_as_the_ranges_say(rows):
    @FEW
    @given(visits, st.sampled_from(list(EVERY)), st.sampled_from(PER))
    def check(visits, every, per):
        expected = groups(rows(as_entries(visits)), every, per)
        for row in MonthlyTotal.objects.summed(every=every, per=per):
            mine = expected[row.period, row.group]
            came = set().union(*(entry["came"] for entry in mine))
            new = set().union(*(entry.get("came_new", set()) for entry in mine))
            assert row.reached.lower <= len(came) <= row.reached.upper
            assert row.newly_reached.lower <= len(new) <= row.newly_reached.upper

    check()


def test_new_people_of_one_initiative_are_so_many(rows):
    @FEW
    @given(visits)
    def check(visits):
        logged = rows(as_entries(visits))
        for row in MonthlyTotal.objects.summed(per=["initiative"]):
            mine = [entry for entry in logged if entry["initiative_id"] == row.group[0]]
            new = set().union(*(entry.get("came_new", set()) for entry in mine))
            assert row.newly_reached.is_exact
            assert row.newly_reached.lower == len(new)

    check()


def test_a_rate_is_made_anew_and_not_averaged(rows):
    rows(
        [
            {"people_served": 1, "cost": Decimal(100)},
            {"people_served": 99, "cost": Decimal(100), "day": APRIL},
            {"people_served": 500, "day": APRIL},
        ]
    )
    months = [row.cost_per_person.value for row in MonthlyTotal.objects.summed(every="month")]
    (whole,) = MonthlyTotal.objects.summed()
    assert months == [100, Decimal(100) / 99]
    assert whole.cost_per_person.value == 2


@pytest.mark.parametrize(
    ("rate", "value"),
    [
        (Rate(0, 0, 0), None),
        (Rate(5, 0, 1), None),
        (Rate(0, 5, 1), 0),
        (Rate(Decimal("0.3"), 3, 2), Decimal("0.1")),
    ],
    ids=str,
)
def test_a_rate_over_nothing_is_none_and_a_rate_of_nothing_is_zero(rate, value):
    assert rate.value == value


def test_a_sum_that_nobody_knows_is_no_zero(rows):
    rows([{"people_served": 0}, {"contacts": 3}])
    (row,) = MonthlyTotal.objects.summed()
    assert (row.hours.value, row.people_served.value, row.contacts.value) == (None, 0, 3)
    assert not row.contacts.is_complete


def test_of_nothing_the_sum_is_a_row_of_zeros_and_each_grouping_empty():
    for totals in [MonthlyTotal.objects, MonthlyTotal.objects.of_cities([]), MonthlyTotal.objects.none()]:
        (row,) = totals.summed()
        assert (row.entries, row.cost, row.reached) == (0, Known(0, 0, 0), Between(0, 0))
        assert totals.summed(every="year") == totals.summed(per=["city"]) == []


def test_groups_come_in_order_of_time(rows):
    rows([{"people_served": 1, "day": day, "project": n % 2} for n, day in enumerate(reversed(DAYS))])
    periods = [row.period for row in MonthlyTotal.objects.summed(every="month", per=["city"])]
    assert periods == sorted(day.replace(day=1) for day in DAYS)


def test_a_span_ends_before_its_second_month(rows):
    rows([{"people_served": people, "day": day} for people, day in [(1, MARCH), (2, APRIL), (4, MAY)]])
    (row,) = MonthlyTotal.objects.between(MARCH, MAY).summed()
    assert row.people_served.total == 3


@pytest.mark.parametrize("span", [(date(2026, 3, 2), MAY), (MARCH, date(2026, 4, 30))], ids=str)
def test_a_span_of_days_is_refused(span):
    with pytest.raises(ValueError, match="first day"):
        MonthlyTotal.objects.between(*span)


def test_only_what_is_confirmed_is_read_if_so_asked(rows):
    rows([{"people_served": 1}, {"people_served": 2, "confirmed_at": None}])
    (row,) = MonthlyTotal.objects.confirmed().summed()
    assert (row.entries, row.people_served.total) == (1, 1)


def test_cities_and_initiatives_are_chosen_by_whoever_reads(rows, projects):
    rows([{"people_served": 2**number, "project": number} for number in range(3)])
    (of_parma,) = MonthlyTotal.objects.of_cities([city("parma")]).summed()
    (of_two,) = MonthlyTotal.objects.of_initiatives(Initiative.objects.exclude(pk=projects[0].pk)).summed()
    assert (of_parma.people_served.total, of_two.people_served.total) == (5, 6)


def test_what_may_change_of_an_initiative_is_as_it_is_now(rows, projects):
    rows([{"people_served": 1}, {"people_served": 2, "project": 1}])
    Initiative.objects.filter(pk=projects[0].pk).update(stage="adopted")
    found = {row.group: row.entries for row in MonthlyTotal.objects.summed(per=["initiative__stage"])}
    assert found == {("adopted",): 1, ("experiment",): 1}


def test_people_of_one_initiative_are_at_least_those_of_its_largest_entry_or_all_new_ones(rows):
    rows([{"people_served": 30, "new_people": 5}, {"people_served": 20, "new_people": 20, "day": APRIL}])
    (row,) = MonthlyTotal.objects.summed(per=["initiative"])
    assert (row.reached, row.newly_reached) == (Between(30, 50), Between(25, 25))


def test_people_of_several_initiatives_are_never_added_to_one_number(rows):
    rows([{"people_served": 9, "new_people": 9, "project": number} for number in range(2)])
    (row,) = MonthlyTotal.objects.summed()
    assert (row.reached, row.newly_reached) == (Between(9, 18), Between(9, 18))


def part(of, sex, people, new=None, age_band="ND"):
    values = {"intervention_id": of, "sex": sex, "age_band": age_band, "citizenship": "ND"}
    return values | {"people": people, "new_people": new}


def test_people_are_read_by_what_is_known_of_them(rows):
    rows(
        [{"id": 1}, {"id": 2, "day": APRIL}, {"id": 3, "project": 1}],
        [
            part(1, "F", 4, 2),
            part(2, "F", 5, 1),
            part(2, "F", 1, None, "0-17"),
            part(3, "F", 6),
            part(3, "M", 1),
        ],
    )
    found = {row.group: row for row in MonthlyPeople.objects.summed(per=["sex"])}
    women = found["F",]
    assert (women.people, women.new_people) == (16, Known(3, 2, 4))
    assert (women.reached, women.newly_reached) == (Between(6, 16), Between(3, 3))
    assert found["M",].people == 1


def test_the_people_of_parts_are_at_least_those_of_the_largest_one(rows):
    rows([{"id": number} for number in range(3)], [part(number, "F", number) for number in range(3)])
    (row,) = MonthlyPeople.objects.summed()
    assert row.reached == Between(2, 3)
    rows([{"id": number} for number in range(2)], [part(0, "F", 2), part(1, "F", 5)])
    (row,) = MonthlyPeople.objects.summed()
    assert row.reached == Between(5, 7)


def test_however_much_there_is_it_is_read_at_once(rows, django_assert_num_queries):
    rows([{"people_served": 1, "day": day, "project": n} for day in DAYS for n in range(3)])
    with django_assert_num_queries(1):
        assert len(MonthlyTotal.objects.summed(every="month", per=["initiative", "kind__code"])) == 15


def test_sums_of_money_are_exact(rows):
    rows([{"people_served": 3, "cost": Decimal("0.10"), "day": day} for day in DAYS])
    (row,) = MonthlyTotal.objects.summed()
    assert (row.cost.total, Fraction(row.cost_per_person.numerator)) == (Decimal("0.50"), Fraction(1, 2))


def test_counts_are_whole_numbers(rows):
    rows([{"people_served": 3, "new_people": 1}])
    (row,) = MonthlyTotal.objects.summed()
    counts = [row.entries, *row.new_people, *row.reached, *row.newly_reached, row.cost_per_person.denominator]
    assert {type(count) for count in counts} == {int}
