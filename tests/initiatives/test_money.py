from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from initiatives.codes import Basis, CostType
from initiatives.models import BudgetLine, FundingSource
from initiatives.money import tabulate
from tests.projects import initiative

ENGLISH = {"accept-language": "en"}
ITALIAN = {"accept-language": "it"}
SOURCES = {code: FundingSource(code=code, label_it=code, label_en=code) for code in ["COM-BIL", "PUB-FNPS"]}


@pytest.fixture
def sources(db):
    FundingSource.objects.create(code="FS", label_it="Fonti", label_en="Sources")
    for code, source in SOURCES.items():
        FundingSource.objects.create(
            code=code, parent_id="FS", label_it=source.label_it, label_en=source.label_en
        )


def url(project):
    return reverse("initiatives:money", args=[project.public_id])


def row(**fields):
    return {"year": "2026", "funding_source": "COM-BIL", "basis": "budgeted", "amount": "1.000,50"} | fields


def save(client, project, *rows, stored=(), headers=ITALIAN):
    data = {"budget_lines-TOTAL_FORMS": len(rows), "budget_lines-INITIAL_FORMS": len(stored)}
    for number, fields in enumerate(rows):
        if number < len(stored):
            fields = fields | {"id": stored[number].pk}
        data |= {f"budget_lines-{number}-{name}": value for name, value in fields.items()}
    return client.post(url(project), data, headers=headers)


def line(project, **fields):
    values = {"year": 2026, "funding_source_id": "COM-BIL", "basis": "budgeted", "amount": 10} | fields
    return BudgetLine.objects.create(initiative=project, **values)


budget_lines = st.lists(
    st.builds(
        BudgetLine,
        year=st.one_of(st.none(), st.integers(2020, 2023)),
        cost_type=st.sampled_from(["", *CostType.values]),
        funding_source=st.sampled_from(list(SOURCES.values())),
        basis=st.sampled_from(Basis.values),
        recurring=st.booleans(),
        amount=st.decimals(0, 10**12 - 1, places=2),
    ),
    min_size=1,
    max_size=30,
)


def counted_again(lines):
    return [sum(line.amount for line in lines if line.basis == basis) for basis in Basis]


def added(rows):
    columns = zip(*(row.amounts for row in rows), strict=True)
    return [sum(amount or 0 for amount in column) for column in columns]


@given(lines=budget_lines)
def test_the_totals_shown_are_those_of_a_recount_for_each_basis(lines):
    table, expected = tabulate(lines), counted_again(lines)
    assert [amount or 0 for amount in table.total.amounts] == expected
    assert added(row for group in table.groups for row in group.rows) == expected
    assert added(group.total for group in table.groups) == expected
    assert added(table.years) == added(table.kinds) == expected


@given(lines=budget_lines)
def test_what_was_never_entered_is_shown_as_missing_and_not_as_zero(lines):
    present = {line.basis for line in lines}
    shown = [amount is not None for amount in tabulate(lines).total.amounts]
    assert shown == [basis in present for basis in Basis]


def test_the_page_never_shows_a_sum_of_two_bases(client_of, sources):
    project = initiative("parma")
    line(project, amount=1000)
    line(project, amount=300, basis="paid", recurring=True)
    text = client_of("parma_staff").get(project.get_absolute_url(), headers=ENGLISH).text
    assert "1,000.00" in text
    assert "300.00" in text
    assert "1,300.00" not in text


def test_lines_are_added_without_a_script_in_the_empty_rows(client_of, sources):
    project = initiative("parma")
    client = client_of("parma_staff")
    assert client.get(url(project)).text.count('-amount"') >= 3
    assert save(client, project, row(), row(basis="paid", amount="€ 12"), {}).status_code == 302
    assert [line.amount for line in BudgetLine.objects.order_by("basis")] == [Decimal("1000.50"), 12]


def test_a_wrong_row_keeps_what_was_typed_and_nothing_is_stored(client_of, sources):
    wrong = row(year="2025", amount="12.34.5")
    text = save(client_of("parma_staff"), initiative("parma"), row(), wrong).text
    assert 'value="12.34.5"' in text
    assert 'value="1.000,50"' in text
    assert 'href="#id_budget_lines-1-amount"' in text
    assert not BudgetLine.objects.exists()


def test_a_line_is_changed_and_another_deleted(client_of, sources):
    project = initiative("parma")
    stored = [line(project), line(project, basis="paid")]
    changed, deleted = row(amount="20"), row(basis="paid", amount="10", DELETE="on")
    assert save(client_of("parma_staff"), project, changed, deleted, stored=stored).status_code == 302
    assert BudgetLine.objects.get().amount == 20


def test_the_same_line_twice_is_told(client_of, sources):
    text = save(
        client_of("parma_staff"),
        initiative("parma"),
        row(year="", amount="5"),
        row(year="", amount="6"),
        headers=ENGLISH,
    ).text
    assert "write both into one" in text
    assert not BudgetLine.objects.exists()


def test_a_line_that_is_there_already_is_told(client_of, sources):
    project = initiative("parma")
    line(project, year=None)
    text = save(client_of("parma_staff"), project, row(year="", amount="6"), headers=ENGLISH).text
    assert "change its amount" in text


def test_a_line_that_somebody_removed_is_told(client_of, sources):
    project = initiative("parma")
    stored = line(project)
    gone = [BudgetLine(pk=stored.pk)]
    stored.delete()
    text = save(client_of("parma_staff"), project, row(amount="20"), stored=gone, headers=ENGLISH).text
    assert "Somebody has removed this line in the meantime" in text


def test_a_line_of_another_initiative_is_out_of_reach(client_of, sources):
    foreign = line(initiative("verona"))
    save(client_of("parma_staff"), initiative("parma"), row(amount="20"), stored=[foreign])
    foreign.refresh_from_db()
    assert (foreign.amount, BudgetLine.objects.count()) == (10, 1)


@pytest.mark.parametrize(
    "fields",
    [{"amount": "-1"}, {"amount": ""}, {"year": "1999"}, {"basis": "x"}, {"funding_source": "FS"}],
    ids=str,
)
def test_a_line_that_makes_no_sense_is_refused(client_of, sources, fields):
    assert save(client_of("parma_staff"), initiative("parma"), row(**fields)).status_code == 200
    assert not BudgetLine.objects.exists()


def test_an_amount_below_zero_is_told_in_plain_words(client_of, sources):
    text = save(client_of("parma_staff"), initiative("parma"), row(amount="-1"), headers=ENGLISH).text
    assert "Write zero or more." in text
    assert "greater than" not in text


def test_each_amount_carries_the_name_of_its_column(client_of, sources):
    project = initiative("parma")
    line(project, amount=300, basis="paid")
    text = client_of("parma_staff").get(project.get_absolute_url(), headers=ENGLISH).text
    assert '<td class="number" data-label="Paid">300.00</td>' in text


def test_a_table_without_its_form_is_refused_kindly(client_of, sources):
    assert client_of("parma_staff").post(url(initiative("parma")), {}).status_code == 200


@pytest.mark.parametrize("lines", [1, 40])
def test_the_table_takes_as_many_questions_for_one_line_as_for_many(
    client_of, sources, django_assert_num_queries, lines
):
    project = initiative("parma")
    for year in range(2030, 2030 + lines):
        line(project, year=year)
    client = client_of("parma_staff")
    client.get(url(project))
    with django_assert_num_queries(13):
        client.get(url(project))
