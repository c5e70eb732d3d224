"""Saved views of the dashboard: a question under a name, seen by its owner alone, and no rights with it."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from evaluation.models import SavedView
from tests.measures import indicator
from will_portal.accounts.personal_data import delete_rows_about

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
QUERIES = 7
LIST, ADD = reverse("saved:list"), reverse("saved:add")
QUERY = "indicator=people-served&from=2025-01&to=2025-12&by=quarter"
# The dashboard shows people their own city in colour unless they choose another.
SHOWN = f"{QUERY}&highlight=parma"


@pytest.fixture(autouse=True)
def measured(parma):
    return indicator("people-served")


@pytest.fixture
def reader(client_of):
    return client_of("parma_staff", headers=ENGLISH)


def save(client, name="New people", query=QUERY):
    return client.post(ADD, {"name": name, "query": query})


def saved(owner, name="New people", query=QUERY):
    return SavedView.objects.create(owner=owner, name=name, query=query)


def about(view, verb):
    return reverse(f"saved:{verb}", args=[view.pk])


def words(response):
    return " ".join(strip_tags(response.text).split())


def test_a_view_is_kept_as_the_dashboard_writes_it(reader, cast):
    save(reader, query="to=2025-12&from=2025-01&by=quarter&indicator=people-served&unknown=1")
    view = SavedView.objects.get(owner=cast.parma_staff)
    assert (view.name, view.query) == ("New people", SHOWN)


def test_saving_leads_back_to_what_is_shown(reader):
    response = reader.get(save(reader)["Location"])
    assert response["Location"] == f"{reverse('dashboard:show')}?{SHOWN}"


def test_what_the_dashboard_does_not_understand_is_not_saved(reader):
    response = save(reader, query="indicator=happiness")
    assert "The dashboard cannot show this" in words(response)
    assert not SavedView.objects.exists()


def test_a_name_is_given_once(reader, cast):
    saved(cast.parma_staff)
    assert "You have a view with this name already: choose another one." in words(save(reader))


def test_others_may_give_the_same_name(reader, cast):
    saved(cast.parma_lead)
    assert save(reader).status_code == 302


@pytest.mark.parametrize(("field", "text"), [("name", "x" * 81), ("name", ""), ("query", "x" * 2_001)])
def test_names_and_queries_have_limits(reader, field, text):
    values = {"name": "New people", "query": QUERY} | {field: text}
    assert reader.post(ADD, values).status_code == 200
    assert not SavedView.objects.exists()


def test_there_are_no_more_than_a_list_can_show(reader, cast, monkeypatch):
    monkeypatch.setattr("evaluation.saved_forms.MOST", 1)
    saved(cast.parma_staff, name="Another")
    assert "You have 1 saved views, the most there can be: delete one first." in words(save(reader))


def test_whoever_posts_another_owner_saves_for_themselves(reader, cast):
    reader.post(ADD, {"name": "New people", "query": QUERY, "owner": cast.parma_lead.pk})
    assert SavedView.objects.get().owner == cast.parma_staff


def test_the_list_shows_ones_own(reader, cast):
    saved(cast.parma_staff, name="Mine")
    saved(cast.parma_lead, name="Theirs")
    page = words(reader.get(LIST))
    assert "Mine" in page
    assert "Theirs" not in page


def test_an_empty_list_says_how_to_fill_it(reader):
    assert "You have not saved any view yet" in words(reader.get(LIST))


@pytest.mark.parametrize("verb", ["open", "rename", "delete"])
def test_views_of_others_are_not_found(reader, cast, verb):
    assert reader.get(about(saved(cast.parma_lead), verb)).status_code == 404


@pytest.mark.parametrize("verb", ["rename", "delete"])
def test_views_of_others_stay_as_they_are(reader, cast, verb):
    view = saved(cast.parma_lead)
    assert reader.post(about(view, verb), {"name": "Taken"}).status_code == 404
    assert SavedView.objects.get().name == "New people"


def test_it_opens_as_a_question_and_nothing_else(reader, cast):
    view = saved(cast.parma_staff, query="city=parma&city=verona&by=year")
    response = reader.get(about(view, "open"))
    assert response["Location"] == f"{reverse('dashboard:show')}?city=parma&city=verona&by=year"


def test_it_is_renamed(reader, cast):
    view = saved(cast.parma_staff)
    reader.post(about(view, "rename"), {"name": "Other words", "query": "by=year"})
    view.refresh_from_db()
    assert (view.name, view.query) == ("Other words", QUERY)


def test_it_is_not_renamed_to_a_name_in_use(reader, cast):
    saved(cast.parma_staff, name="First")
    response = reader.post(about(saved(cast.parma_staff), "rename"), {"name": "First"})
    assert "You have a view with this name already" in words(response)


def test_deleting_asks_first(reader, cast):
    view = saved(cast.parma_staff)
    assert "disappears from your list" in words(reader.get(about(view, "delete")))
    assert SavedView.objects.exists()
    reader.post(about(view, "delete"))
    assert not SavedView.objects.exists()


def test_it_goes_with_the_person(cast):
    saved(cast.parma_staff)
    delete_rows_about(cast.parma_staff)
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("number", [1, 50])
def test_the_list_costs_the_same_few_queries(reader, cast, number, django_assert_num_queries):
    SavedView.objects.bulk_create(
        SavedView(owner=cast.parma_staff, name=f"View {n}", query=QUERY) for n in range(number)
    )
    with django_assert_num_queries(QUERIES):
        reader.get(LIST)
