"""What a check of log entries finds: new, changed, unchanged, alike, and what is wrong."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from cities.models import CityMembership
from initiatives.actions import log, months
from initiatives.imports.errors import SendBack
from initiatives.models import Initiative, Intervention, InterventionPeople, Partner
from tests.bodies import organisation
from tests.initiatives.imports.log_files import checked
from tests.initiatives.imports.row_files import outcomes, problems
from tests.places import city, key
from tests.projects import entry, implementer, initiative, kind

NEEDED = ["initiative", "day", "kind", "people_served"]
CODE = "PR-2026-01"
DAY = "10/03/2026"
NEW = [CODE, DAY, "A4", "7"]
WOMEN, MEN = "people F ND ND", "people M ND ND"
MARCH = date(2026, 3, 1)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def body(project):
    return organisation("cooperativa")


@pytest.fixture
def stored(project, cast):
    """An entry of the city, with a reference and four women."""
    saved = entry(project, cast.parma_staff, place="Sede", reference="R1", note="Nota")
    add_women(saved, 4, 1)
    return saved


@pytest.fixture
def theirs(project, cast, body):
    """What a member of the cooperative entered for it."""
    return entry(project, cast.partner_member, delivered_by=body, reference="R1")


@pytest.fixture
def bring(project, cast):
    """Check rows as staff of Parma, or for another place as somebody else."""
    kind()

    def check(headings, *rows, by=cast.parma_staff, place=project.city, **options):
        return checked(headings, *rows, by=by, place=place, **options)

    return check


@pytest.fixture
def bring_theirs(bring, cast, body):
    def check(headings, *rows, by=cast.partner_representative):
        return bring(headings, *rows, by=by, place=body)

    return check


def add_women(saved, people, new):
    InterventionPeople.objects.create(
        intervention=saved, sex="F", age_band="ND", citizenship="ND", people=people, new_people=new
    )


def found(run):
    return run.imported.get()


def sentences(run):
    return {problem.message for problem in run.problems.all()}


def test_a_check_writes_nothing_into_the_log(bring):
    assert outcomes(bring(NEEDED, NEW)) == ["new"]
    assert not Intervention.objects.exists()


def test_a_file_with_more_mistakes_than_anybody_reads_is_sent_back(bring, monkeypatch):
    monkeypatch.setattr("initiatives.imports.log_engine.judging.MOST_PROBLEMS", 0)
    with pytest.raises(SendBack, match="0"):
        bring(["people_served"], ["3"], ["4"])


def test_columns_that_the_file_has_not_stay(bring, stored):
    row = found(bring(["id", "people_served"], [str(stored.public_id), "13"]))
    assert (row.outcome, row.values["people_served"], row.before["people_served"]) == ("changed", 13, 12)
    assert (row.target, row.version) == (stored.public_id, 1)


def test_a_row_that_says_nothing_new_is_unchanged(bring, stored):
    run = bring(["id", "people_served", WOMEN], [str(stored.public_id), "12", "4"])
    assert (outcomes(run), found(run).before) == (["unchanged"], None)


def test_empty_cells_empty_their_fields(bring, stored):
    row = found(bring(["id", "place", "new_people", WOMEN], [str(stored.public_id), "", "", ""]))
    assert (row.outcome, row.before["place"], row.before["new_people"]) == ("changed", "Sede", 3)


def test_the_same_content_without_identity_is_already_there(bring, project, cast):
    entry(project, cast.parma_staff, people_served=7, new_people=None)
    assert outcomes(bring(NEEDED, NEW)) == ["alike"]


def test_of_two_same_rows_the_second_is_already_there(bring):
    assert outcomes(bring(NEEDED, NEW, NEW)) == ["new", "alike"]


def test_another_breakdown_is_another_content(bring):
    assert outcomes(bring([*NEEDED, WOMEN], [*NEW, "3"], [*NEW, "4"])) == ["new", "new"]


def test_a_wrong_row_makes_no_later_one_already_there(bring):
    assert outcomes(bring([*NEEDED, "hours"], [*NEW, "molte"], [*NEW, ""])) == ["wrong", "new"]


def test_a_wrong_cell_is_told_with_its_column(bring):
    run = bring(NEEDED, [CODE, "31/02/2026", "A4", "7"])
    problem = run.problems.get()
    assert (problem.number, problem.column, problem.field, problem.value) == (2, 1, "day", "31/02/2026")


def test_totals_below_the_stored_breakdown_are_wrong(bring, stored):
    run = bring(["id", "people_served", "new_people"], [str(stored.public_id), "3", "1"])
    assert "The breakdown counts more people than were served." in sentences(run)


def test_a_part_whose_people_are_not_in_the_file_keeps_them(bring, stored):
    run = bring(["id", "new F ND ND"], [str(stored.public_id), "2"])
    assert (outcomes(run), found(run).before["parts"]) == (["changed"], {"F ND ND": [None, 1]})


def test_no_new_people_of_a_part_without_people_are_no_part(bring):
    assert outcomes(bring([*NEEDED, "new F ND ND"], [*NEW, "0"])) == ["new"]


def test_a_whole_month_carries_its_first_day(bring, stored):
    run = bring(["id", "whole_month"], [str(stored.public_id), "yes"])
    assert outcomes(run) == ["changed"]
    stored.day, stored.whole_month, stored.version = MARCH, True, 2
    stored.save()
    assert outcomes(bring(["id", "day", "whole_month"], [str(stored.public_id), DAY, "yes"])) == ["unchanged"]


def test_a_column_of_months_gives_entries_of_whole_months(bring, project, cast):
    entry(project, cast.parma_staff, day=MARCH, whole_month=True, people_served=7, new_people=None)
    run = bring(["initiative", "month", "kind", "people_served"], [CODE, "03/2026", "A4", "7"])
    assert outcomes(run) == ["alike"]


def test_a_reference_tells_the_entry_of_the_body_that_is_named(bring, stored, theirs, body):
    headings = ["initiative", "reference", "delivered_by", "people_served"]
    run = bring(headings, [CODE, "R1", body.fiscal_code, "13"])
    assert (outcomes(run), found(run).target) == (["changed"], theirs.public_id)


def test_a_reference_alone_must_tell_one_entry(bring, stored, theirs):
    run = bring(["initiative", "reference", "people_served"], [CODE, "R1", "13"])
    assert "Several entries have this reference: add a column that says who delivered." in sentences(run)


def test_a_reference_alone_tells_the_entry_of_any_body(bring, theirs):
    run = bring(["initiative", "reference", "people_served"], [CODE, "R1", "13"])
    assert (outcomes(run), found(run).target) == (["changed"], theirs.public_id)


def test_two_rows_of_one_entry_are_both_wrong(bring, stored):
    headings = ["id", "initiative", "reference", "people_served"]
    run = bring(headings, [str(stored.public_id), CODE, "R1", "13"], ["", CODE, "R1", "14"])
    assert problems(run)[2, "id"] == problems(run)[3, "id"] == "Rows 2 and 3 are the same entry."


def test_of_many_rows_of_one_reference_few_are_named(bring):
    run = bring([*NEEDED, "reference"], *([*NEW, "N1"] for _number in range(9)))
    assert problems(run)[10, "reference"] == "Rows 2, 3, 4, 5, 6 and others have the same reference."


def test_references_do_not_change_places(bring, stored, project, cast):
    other = entry(project, cast.parma_staff, reference="R2")
    run = bring(["id", "reference"], [str(stored.public_id), "R2"], [str(other.public_id), "R1"])
    assert set(problems(run).values()) == {"This initiative has another entry with this reference."}


def test_another_city_s_initiative_is_as_unknown_as_one_that_is_not(bring, verona):
    initiative("verona")
    run = bring(NEEDED, ["VR-2026-01", *NEW[1:]], ["XX-2026-01", *NEW[1:]])
    assert set(problems(run)) == {(2, "initiative"), (3, "initiative")}
    assert set(problems(run).values()) == {"Unknown initiative."}


def test_another_city_s_entry_is_as_unknown_as_one_that_is_not(bring, cast):
    far = entry(initiative("verona"), cast.verona_staff)
    run = bring(["id", "people_served"], [str(far.public_id), "1"], [str(key("nothing")), "1"])
    assert problems(run)[2, "id"] == problems(run)[3, "id"]


def test_a_withdrawn_entry_is_not_changed(bring, stored, cast):
    log.withdraw(entry=stored, version=1, reason="Due volte", by=cast.parma_staff)
    run = bring(["id", "people_served"], [str(stored.public_id), "13"])
    assert "has been withdrawn" in problems(run)[2, "id"]


def test_a_withdrawn_entry_that_stays_is_unchanged(bring, stored, cast):
    log.withdraw(entry=stored, version=1, reason="Due volte", by=cast.parma_staff)
    assert outcomes(bring(["id", "people_served"], [str(stored.public_id), "12"])) == ["unchanged"]


def test_nothing_new_is_written_into_a_closed_month(bring, project, cast):
    months.close_month(city=project.city, month=MARCH, by=cast.parma_lead)
    assert "March 2026 was closed" in problems(bring(NEEDED, NEW))[2, "day"]


def test_nothing_leaves_a_closed_month(bring, stored, project, cast):
    months.close_month(city=project.city, month=MARCH, by=cast.parma_lead)
    run = bring(["id", "day"], [str(stored.public_id), "10/04/2026"])
    assert "March 2026 was closed" in problems(run)[2, "day"]


def test_what_stays_as_it_is_may_lie_in_a_closed_month(bring, stored, project, cast):
    months.close_month(city=project.city, month=MARCH, by=cast.parma_lead)
    assert outcomes(bring(["id", "people_served"], [str(stored.public_id), "12"])) == ["unchanged"]


def test_a_day_to_come_and_one_long_ago_are_wrong(bring):
    tomorrow = f"{timezone.localdate() + timedelta(days=1):%d/%m/%Y}"
    run = bring(NEEDED, [CODE, tomorrow, "A4", "7"], [CODE, "31/12/1999", "A4", "7"])
    assert problems(run)[2, "day"] == "This day has not come yet."
    assert problems(run)[3, "day"] == "Check the year of this day."


def test_an_entry_lies_in_the_time_of_its_initiative(bring, project):
    Initiative.objects.filter(pk=project.pk).update(starts=date(2026, 3, 11), ends=date(2026, 3, 20))
    run = bring(NEEDED, NEW, [CODE, "21/03/2026", "A4", "7"])
    assert "began on" in problems(run)[2, "day"]
    assert "ended on" in problems(run)[3, "day"]


def test_an_entry_lies_in_the_time_of_the_body(bring, project, body):
    Partner.objects.update(since=date(2026, 3, 11), until=date(2026, 3, 20))
    row = [*NEW, body.fiscal_code]
    run = bring([*NEEDED, "delivered_by"], row, [CODE, "21/03/2026", *row[2:]])
    assert "has been an implementing body since" in problems(run)[2, "day"]
    assert "was an implementing body until" in problems(run)[3, "day"]


def test_a_body_whose_time_is_over_changes_nothing(bring_theirs, theirs):
    Partner.objects.update(until=date(2026, 3, 20))
    headings = ["id", "people_served"]
    assert outcomes(bring_theirs(headings, [str(theirs.public_id), "12"])) == ["unchanged"]
    run = bring_theirs(headings, [str(theirs.public_id), "13"])
    assert "not an implementing body of this initiative today" in problems(run)[2, "initiative"]


def test_a_body_s_file_reaches_no_others_entries_whoever_brings_it(bring_theirs, stored, cast, body):
    both = cast.coordinator
    CityMembership.objects.create(user=both, city=city("parma"), role="staff")
    both.organisation_memberships.create(organisation=body, role="member")
    run = bring_theirs(["id", "people_served"], [str(stored.public_id), "1"], by=both)
    assert set(problems(run)) >= {(2, "id")}


def test_a_body_s_file_enters_what_it_delivered_itself(bring_theirs):
    implementer("parma", "associazione")
    headings = [*NEEDED, "delivered_by"]
    run = bring_theirs(headings, [*NEW, organisation("associazione").fiscal_code], [*NEW, ""])
    assert outcomes(run) == ["wrong", "new"]


def test_a_member_sees_only_their_own_entries(bring_theirs, project, cast, body):
    saved = entry(project, cast.partner_representative, delivered_by=body)
    row = [str(saved.public_id), "12"]
    assert outcomes(bring_theirs(["id", "people_served"], row, by=cast.partner_member)) == ["wrong"]
    assert outcomes(bring_theirs(["id", "people_served"], row)) == ["unchanged"]


def test_a_member_does_not_learn_what_others_counted(bring_theirs, project, cast, body):
    entry(project, cast.partner_representative, delivered_by=body, people_served=7, new_people=None)
    assert outcomes(bring_theirs(NEEDED, NEW, by=cast.partner_member)) == ["new"]


def test_nothing_is_logged_of_an_idea(bring, project):
    Initiative.objects.filter(pk=project.pk).update(stage="idea")
    assert set(problems(bring(NEEDED, NEW))) == {(2, "initiative")}


def test_what_is_chosen_for_the_file_holds_for_every_row(bring):
    run = bring(NEEDED[1:], NEW[1:], initiative=CODE)
    assert (outcomes(run), found(run).values["initiative"]) == (["new"], CODE)
