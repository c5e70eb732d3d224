import pghistory
import pytest
from django.apps import apps
from django.db import ProgrammingError, transaction
from django.urls import reverse

from cities.models import City, ContextFigure, ProgrammeMembership
from tests.cities.conftest import add_figures
from tests.cities.test_admin import time_form


def events_of(row):
    event = apps.get_model("cities", f"{type(row).__name__}Event")
    return event.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id")


def test_a_row_is_remembered_from_its_beginning_to_its_end(make_city):
    city = make_city("Parma", member=False)
    City.objects.filter(pk=city.pk).update(name="Parma la bella")
    events = events_of(city)
    City.objects.filter(pk=city.pk).delete()
    assert list(events.values_list("pgh_label", "name")) == [
        ("insert", "Parma"),
        ("update", "Parma la bella"),
        ("delete", "Parma la bella"),
    ]


def test_writes_in_bulk_are_remembered_row_by_row(make_city, make_series):
    add_figures(make_series(), make_city(), {2023: 1, 2024: 2})
    ContextFigure.objects.update(value=3)
    for figure in ContextFigure.objects.all():
        assert list(events_of(figure).values_list("pgh_label", flat=True)) == ["insert", "update"]


def test_who_dated_an_exit_and_from_which_page_is_remembered(client_of, cast, make_city):
    city = make_city("Parma")
    url = reverse("admin:cities_city_change", args=[city.pk])
    form = time_form(city, left="2024-11-28", status="completed", reason="The programme closed.")
    client_of("administrator").post(url, form)
    context = events_of(city.programme_memberships.get()).last().pgh_context
    assert context.metadata["url"] == url
    assert str(context.metadata["user"]) == str(cast.administrator.pk)


def test_a_load_that_changes_nothing_leaves_no_trace(make_city):
    city = make_city("Parma")
    City.objects.filter(pk=city.pk).update(loaded={"name": "Parma"})
    assert events_of(city).count() == 1


@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_happened_cannot_be_rewritten(make_city, change):
    events = events_of(make_city("Parma"))
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        events.update(name="Roma") if change == "update" else events.delete()


def test_the_history_of_a_city_names_who_changed_what(client_of, parma):
    membership = ProgrammeMembership.objects.get(city=parma)
    url = reverse("admin:cities_programmemembership_change", args=[membership.pk])
    form = {
        "city": parma.pk,
        "joined": "2020-01-01",
        "joined_precision": "year",
        "left_precision": "day",
        "status": "active",
        "source": "X",
    }
    client_of("coordinator").post(url, form)
    page = client_of("parma_lead").get(reverse("cities:history", args=[parma.slug])).content.decode()
    assert "<del>2019-09-01</del> <ins>2020-01-01</ins>" in page
    assert "coordinamento@will.example" in page


def test_the_history_of_a_city_tells_of_its_other_names(client_of, cast, parma):
    with pghistory.context(user=cast.coordinator.pk):
        City.objects.filter(pk=parma.pk).update(aliases=["Pärma", "Parma ducale"])
    page = client_of("parma_lead").get(reverse("cities:history", args=[parma.slug])).text
    assert "<ins>Pärma, Parma ducale</ins>" in page
