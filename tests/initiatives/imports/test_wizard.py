"""The pages on which somebody brings a file: each state of it, and who may do what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from initiatives.models import Intervention
from initiatives.models.imports import ImportRun
from tests.bodies import organisation
from tests.import_runs import CSV, import_run, imported_row, problem, reviewed_run
from tests.places import key
from tests.projects import entry, implementer, initiative
from thirdsector.models import OrganisationMembership
from will_portal.common.models import StoredFile

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
QUERIES = {"list": 13, "new": 15, "changed": 15, "wrong": 18}
LIST, ADD = reverse("imports:list"), reverse("imports:add")
MATCH = {
    "column-0": "day",
    "column-1": "initiative",
    "column-2": "kind",
    "column-3": "people_served",
    "column-4": "",
    "numbers": "it",
}


@pytest.fixture
def staff(client_of):
    """Somebody of Parma, whose initiative the files are about."""
    initiative("parma")
    return client_of("parma_staff", headers=ENGLISH)


def address(run, verb="run"):
    return reverse(f"imports:{verb}", args=[run.public_id])


def table(content=b"Giorno;Utenti\n1/3/2026;12\n", name="registro.csv"):
    return SimpleUploadedFile(name, content)


def send(client, **values):
    return client.post(ADD, {"subject": "log", "file": table()} | values)


def test_who_has_brought_nothing_is_told_what_a_file_is_good_for(staff):
    assert f'href="{ADD}"' in staff.get(LIST).content.decode().split("Nobody has imported a file yet")[1]


def test_the_list_shows_files_of_the_own_places_only(staff, cast, verona):
    own = import_run("matching", cast.parma_lead)
    import_run("matching", cast.verona_staff, city=verona)
    assert list(staff.get(LIST).context["page"]) == [own]


def test_a_file_that_is_sent_waits_to_be_read(staff):
    response = send(staff)
    run = ImportRun.objects.get()
    assert response.url == run.get_absolute_url()
    assert (run.state, run.city.slug, run.file_name) == ("reading", "parma", "registro.csv")
    assert b"".join(run.file.chunks()) == table().read()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"file": ""}, "Choose a file."),
        ({"file": table(b"")}, "This file is empty."),
        ({"subject": "organisations"}, "Select a valid choice."),
    ],
    ids=["nothing", "empty", "not theirs"],
)
def test_what_cannot_be_sent_is_told(values, told, staff):
    assert told in send(staff, **values).text
    assert not ImportRun.objects.exists()


def test_a_file_beyond_the_limit_is_refused(staff, monkeypatch):
    monkeypatch.setattr("initiatives.forms.imports.LARGEST", 10)
    assert "more than 10\xa0bytes" in send(staff).text


def test_only_a_lead_may_bring_organisations(client_of):
    offered = client_of("parma_lead").get(ADD).context["form"].fields["subject"].choices
    assert "organisations" in dict(offered)


def test_a_partner_brings_log_entries_and_is_not_asked_what(client_of, cast):
    implementer("parma", "cooperativa")
    client = client_of("partner_member")
    assert set(client.get(ADD).context["form"].fields) == {"file"}
    client.post(ADD, {"file": table()})
    run = ImportRun.objects.get()
    assert (run.subject, run.organisation, run.city) == ("log", organisation("cooperativa"), None)


@pytest.mark.parametrize("state", ImportRun.WAITING)
def test_a_waiting_file_is_asked_for_again_and_the_answer_is_a_part_of_the_page(state, staff, cast):
    run = import_run(state, cast.parma_staff, progress=120)
    assert f'hx-get="{address(run)}?state={state}"' in staff.get(address(run)).text
    part = staff.get(address(run), {"state": state}, headers={"HX-Request": "true"}).text
    assert "<main" not in part
    assert ("120 of 200 rows" in part) == (state != "reading")


def test_once_the_state_has_settled_the_page_loads_as_a_whole(staff, cast):
    run = import_run("matching", cast.parma_staff)
    answer = staff.get(address(run), {"state": "reading"}, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"


def test_it_is_shown_what_was_understood(staff, cast):
    text = staff.get(address(import_run("matching", cast.parma_staff))).text
    for told in ["Registro; not read: Legenda", "in row 3", "Comune di Parma", "row 206:", "11/03/2026"]:
        assert told in text


def test_an_encoding_is_told_in_plain_words(staff, cast):
    run = import_run("matching", cast.parma_staff, understood=CSV)
    assert "semicolons, written as Windows-1252" in staff.get(address(run)).text


def test_the_matched_columns_go_to_the_check(staff, cast):
    run = import_run("matching", cast.parma_staff)
    staff.post(address(run, "match"), MATCH | {"totals": "on", "numbers": "en"})
    run.refresh_from_db()
    assert (run.state, run.mapping) == (
        "checking",
        {"0": "day", "1": "initiative", "2": "kind", "3": "people_served"},
    )
    assert (run.options["numbers"], run.options["totals"]) == ("en", True)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"column-0": ""}, "Say which column holds: day."),
        ({"column-1": ""}, "Say which column holds: initiative."),
        ({"column-4": "day"}, "Appunti: “day” is chosen for another column already."),
        ({"initiative": "PR-2026-01"}, "Progetto: Leave this column out"),
    ],
    ids=["no day", "no initiative", "twice", "initiative twice"],
)
def test_columns_that_do_not_fit_together_are_named(values, told, staff, cast):
    run = import_run("matching", cast.parma_staff)
    assert told in staff.post(address(run, "match"), MATCH | values).text
    run.refresh_from_db()
    assert run.state == "matching"


@pytest.mark.parametrize(
    "values",
    [{"column-1": "", "initiative": "PR-2026-01"}, {"column-0": "month"}, {"column-0": "", "column-4": "id"}],
    ids=["one initiative", "month", "identifier"],
)
def test_what_stands_for_a_column_is_enough(values, staff, cast):
    run = import_run("matching", cast.parma_staff)
    staff.post(address(run, "match"), MATCH | values)
    run.refresh_from_db()
    assert run.state == "checking"


def test_a_file_of_another_place_cannot_be_matched_with_its_initiatives(staff, cast, verona):
    initiative("verona")
    run = import_run("matching", cast.parma_staff)
    offered = staff.get(address(run)).context["form"].fields["initiative"].queryset
    assert [found.code for found in offered] == ["PR-2026-01"]


def test_of_several_places_only_the_one_of_the_file_offers_its_initiatives(client_of, cast, verona):
    project = implementer("verona", "cooperativa").initiative
    initiative("parma")
    body = organisation("cooperativa")
    OrganisationMembership.objects.create(user=cast.parma_staff, organisation=body, role="member")
    client = client_of("parma_staff")
    for place, code in [({}, "PR-2026-01"), ({"city": None, "organisation": body}, project.code)]:
        run = import_run("matching", cast.parma_staff, **place)
        offered = client.get(address(run)).context["form"].fields["initiative"].queryset
        assert [found.code for found in offered] == [code]


def test_the_review_begins_with_what_is_wrong_by_cause_and_with_addresses(staff, cast):
    cause = staff.get(address(reviewed_run(cast.parma_staff))).context["causes"][0]
    assert (cause.cells, cause.first, cause.more) == (2, ["D8", "D9"], 0)


def test_further_cells_of_a_cause_are_counted(staff, cast):
    run = import_run("review", cast.parma_staff, wrong_rows=9)
    for number in range(10, 19):
        imported_row(run, number, "wrong")
        problem(run, number)
    assert "D10; D11; D12; D13; D14" in (text := staff.get(address(run)).text)
    assert "… and 4 more" in text


def test_cells_of_a_text_file_go_by_row_and_heading(staff, cast):
    run = reviewed_run(cast.parma_staff, understood=CSV)
    assert staff.get(address(run)).context["cells"][0].address == "row 8, column “Utenti”"


def test_old_and_new_stand_side_by_side_for_what_differs(staff, cast):
    changes = staff.get(address(reviewed_run(cast.parma_staff)), {"show": "changed"}).context["changes"]
    ((number, about, differences),) = changes
    assert (number, differences) == (5, [("people served", "7", "12")])
    assert about.startswith("Portierato di quartiere (PR-2026-01)")


def test_new_rows_show_their_values_as_people_write_them(staff, cast):
    ((number, values),) = staff.get(address(reviewed_run(cast.parma_staff)), {"show": "new"}).context["rows"]
    assert number == 4
    assert dict(values) == {
        "day": "10 March 2026",
        "initiative": "Portierato di quartiere (PR-2026-01)",
        "kind": "Home care (A4)",
        "people served": "12",
    }


def test_a_breakdown_is_shown_part_by_part(staff, cast):
    run = import_run("review", cast.parma_staff, created_rows=1)
    imported_row(run, 4, "new", values={"day": "2026-03-10", "_keys": [1], "parts": {"F 0-17 ITL": [3, 1]}})
    ((_number, values),) = staff.get(address(run)).context["rows"]
    assert [value for _label, value in values] == ["10 March 2026", "3", "1"]


def test_pages_of_rows_follow_one_another_by_row(staff, cast):
    run = import_run("review", cast.parma_staff, created_rows=120)
    for number in range(1, 121):
        imported_row(run, number, "new")
    page = staff.get(address(run), {"show": "new", "after": 50}).context
    assert [number for number, _values in page["rows"]] == list(range(51, 101))
    assert page["next"] == 100


def test_the_buttons_say_what_will_be_loaded(staff, cast):
    text = " ".join(staff.get(address(reviewed_run(cast.parma_staff))).text.split())
    assert "Load 2 rows; 2 wrong rows are left out" in text
    assert "Load 3 rows, also 1 that is there already" in text


def test_the_marked_file_is_offered_once_it_is_there(staff, cast):
    run = reviewed_run(cast.parma_staff)
    marked = {"HX-Request": "true", "HX-Target": "import-marked"}
    assert "hx-trigger" in staff.get(address(run), headers=marked).text
    run.marked = StoredFile.objects.store("registro-da correggere.xlsx", [b"marked"])
    run.save()
    part = staff.get(address(run), headers=marked).text
    assert address(run, "marked") in part
    assert "hx-trigger" not in part
    answer = staff.get(address(run, "marked"))
    assert b"".join(answer.streaming_content) == b"marked"
    assert "registro-da correggere.xlsx" in answer["Content-Disposition"]


def test_from_the_review_one_goes_back_to_the_columns(staff, cast):
    run = reviewed_run(cast.parma_staff)
    staff.post(address(run, "back"))
    run.refresh_from_db()
    assert run.state == "matching"


@pytest.mark.parametrize("state", ["reading", "matching", "checking", "review"])
def test_a_file_is_put_aside_as_long_as_nothing_is_loaded(state, staff, cast):
    run = import_run(state, cast.parma_staff)
    staff.post(address(run, "discard"))
    run.refresh_from_db()
    assert run.state == "discarded"


def test_what_was_refused_says_why(staff, cast):
    run = import_run("refused", cast.parma_staff, notice="The file is empty.")
    text = staff.get(address(run)).text
    assert "The file is empty." in text
    assert "Nothing of it was written into the portal." in text


def test_the_receipt_tells_the_digest_and_what_was_left_out(staff, cast):
    run = import_run("done", cast.parma_staff, created_rows=1968, wrong_rows=32, timings={"load": 0.71})
    text = " ".join(staff.get(address(run)).text.split())
    for told in ["1,968", "<dt>Wrong, left out</dt> <dd> 32", "a" * 64, "loading 0.7"]:
        assert told in text


@pytest.fixture
def loaded(cast):
    """A file that made one entry, as it was loaded."""
    made = entry(initiative("parma"), cast.parma_staff, public_id=key("imported"))
    run = import_run("done", cast.parma_staff, created_rows=1)
    imported_row(run, 4, "new", target=made.public_id)
    return run, made


def test_before_an_undo_it_is_said_what_goes_and_what_stays(staff, loaded):
    run, made = loaded
    assert staff.get(address(run, "undo")).context["kept"] == 0
    Intervention.objects.filter(pk=made.pk).update(people_served=13, version=2)
    assert staff.get(address(run, "undo")).context["kept"] == 1


def test_an_undo_is_ordered_once(staff, loaded):
    run, _made = loaded
    staff.post(address(run, "undo"))
    run.refresh_from_db()
    assert run.state == "undoing"
    answer = staff.post(address(run, "undo"), follow=True)
    assert "Nothing was changed" in answer.text


def test_the_lead_takes_back_what_staff_have_loaded_and_other_staff_do_not(client_of, loaded, cast):
    run, _made = loaded
    ImportRun.objects.filter(pk=run.pk).update(by=cast.parma_lead)
    assert client_of("parma_staff").get(address(run, "undo")).status_code == 403
    ImportRun.objects.filter(pk=run.pk).update(by=cast.parma_staff)
    assert client_of("parma_lead").get(address(run, "undo")).status_code == 200


def test_what_an_undo_left_is_listed_with_links(staff, loaded, cast):
    run, made = loaded
    ImportRun.objects.filter(pk=run.pk).update(
        state="undone", undone_by=cast.parma_staff, undone_at=run.done_at, kept_rows=1, options={"kept": [4]}
    )
    assert made.get_absolute_url() in staff.get(address(run)).text


@pytest.mark.parametrize("state", ["matching", "review"])
def test_colleagues_read_a_file_and_do_not_decide_on_it(state, client_of, cast):
    run = import_run(state, cast.parma_lead)
    client = client_of("parma_staff", headers=ENGLISH)
    assert "still has to" in client.get(address(run)).text
    for verb in ["match", "confirm", "back", "discard"]:
        assert client.post(address(run, verb)).status_code == 403


def test_the_file_is_given_back_as_it_was_sent(staff):
    send(staff)
    run = ImportRun.objects.get()
    assert b"".join(staff.get(address(run, "original")).streaming_content) == table().read()


def test_a_file_that_was_deleted_is_not_found(staff, cast):
    run = import_run("done", cast.parma_staff)
    assert staff.get(address(run, "original")).status_code == 404


@pytest.mark.parametrize("count", [1, 25])
def test_the_list_takes_as_many_queries_for_one_file_as_for_many(
    count, staff, cast, django_assert_num_queries
):
    for _number in range(count):
        import_run("review", cast.parma_staff)
    with django_assert_num_queries(QUERIES["list"]):
        staff.get(LIST)


@pytest.mark.parametrize("count", [1, 50])
@pytest.mark.parametrize("outcome", ["new", "changed", "wrong"])
def test_the_review_takes_as_many_queries_for_one_row_as_for_fifty(
    outcome, count, staff, cast, django_assert_num_queries
):
    run = import_run("review", cast.parma_staff, created_rows=1, changed_rows=1, wrong_rows=1)
    for number in range(1, count + 1):
        imported_row(run, number, outcome, before={"people_served": 7})
        problem(run, number)
    with django_assert_num_queries(QUERIES[outcome]):
        staff.get(address(run), {"show": outcome})


def test_acts_that_come_too_late_are_told(staff, cast):
    run = import_run("loading", cast.parma_staff)
    answer = staff.post(address(run, "discard"), follow=True)
    assert list(answer.context["messages"])
