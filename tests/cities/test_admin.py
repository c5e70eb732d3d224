import pytest
from django.urls import reverse

from cities.models import City, ProgrammeMembership, ProgrammeNote
from tests.cities.conftest import add_figures

CITIES = reverse("admin:cities_city_changelist")


def test_a_city_is_found_by_another_spelling_of_its_name(client_of, make_city):
    make_city("Reggio Emilia", aliases=["Reggio nell Emilia"])
    make_city("Novara")
    page = client_of("administrator").get(CITIES, {"q": "nell emilia"}).text
    assert "Reggio Emilia" in page
    assert "Novara" not in page


def test_a_city_of_the_reference_data_cannot_be_deleted(client_of, make_city):
    city = make_city("Parma", loaded={"name": "Parma"})
    page = client_of("administrator").post(
        reverse("admin:cities_city_delete", args=[city.pk]), {"post": "yes"}
    )
    assert page.status_code == 403
    assert City.objects.filter(pk=city.pk).exists()


def test_nor_can_it_be_deleted_together_with_others(client_of, make_city):
    loaded, own = make_city("Parma", loaded={"name": "Parma"}), make_city("Bra", member=False)
    action = {"action": "delete_selected", "_selected_action": [loaded.pk, own.pk], "post": "yes"}
    client_of("administrator").post(CITIES, action)
    assert City.objects.filter(pk__in=[loaded.pk, own.pk]).count() == 2


def test_a_city_that_was_added_by_hand_can_be_deleted(client_of, make_city):
    city = make_city("Bra", member=False)
    client_of("administrator").post(reverse("admin:cities_city_delete", args=[city.pk]), {"post": "yes"})
    assert not City.objects.filter(pk=city.pk).exists()


def test_the_cadastral_code_of_a_city_stays_as_it_was_entered(client_of, make_city):
    page = (
        client_of("administrator").get(reverse("admin:cities_city_change", args=[make_city("Parma").pk])).text
    )
    assert 'name="istat_code"' in page
    assert 'name="cadastral_code"' not in page


def test_regions_are_neither_added_nor_deleted_by_hand(client_of, region):
    client = client_of("administrator")
    assert client.get(reverse("admin:cities_region_add")).status_code == 403
    assert client.get(reverse("admin:cities_region_delete", args=[region.pk])).status_code == 403
    assert client.get(reverse("admin:cities_region_change", args=[region.pk])).status_code == 200


def time_form(city, **fields):
    """What the form of a city sends when its one time in the programme is changed."""
    time = city.programme_memberships.get()
    values = {
        "id": time.pk,
        "city": city.pk,
        "joined": time.joined,
        "joined_precision": time.joined_precision,
        "left": "",
        "left_precision": "day",
        "status": "active",
        "reason": "",
        "source": time.source,
        "source_url": "",
    } | fields
    form = {
        name: getattr(city, name)
        for name in [
            "name",
            "istat_code",
            "slug",
            "province",
            "province_abbr",
            "nuts3",
            "area_km2",
            "lat",
            "lon",
        ]
    }
    form |= {"region": city.region_id, "label_side": "right", "aliases": "", "official_name": ""}
    counts = {"TOTAL_FORMS": 1, "INITIAL_FORMS": 1, "MIN_NUM_FORMS": 0, "MAX_NUM_FORMS": 1000}
    form |= {f"programme_memberships-{name}": count for name, count in counts.items()}
    return form | {f"programme_memberships-0-{name}": value for name, value in values.items()}


def test_an_exit_is_dated_with_its_reason_on_the_page_of_the_city(client_of, make_city):
    city = make_city("Parma")
    form = time_form(city, left="2024-11-28", status="completed", reason="The programme closed.")
    answer = client_of("administrator").post(reverse("admin:cities_city_change", args=[city.pk]), form)
    assert answer.status_code == 302
    assert city.programme_memberships.get().status == "completed"
    assert city not in City.objects.in_programme()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"left": "2024-11-28", "status": "completed"}, "Say why the city left."),
        ({"left": "2024-11-28", "reason": "So."}, "Whoever has completed or withdrawn has a date of exit"),
        (
            {"left": "2018-01-01", "status": "withdrawn", "reason": "So."},
            "A city leaves after it has joined.",
        ),
    ],
)
def test_an_exit_that_cannot_be_true_is_explained(client_of, make_city, fields, words):
    city = make_city("Parma")
    url = reverse("admin:cities_city_change", args=[city.pk])
    page = client_of("administrator").post(url, time_form(city, **fields), headers={"accept-language": "en"})
    assert words in page.text


@pytest.mark.parametrize("model", ["programmemembership", "programmenote", "contextseries", "contextfigure"])
def test_the_lists_of_the_administration_show_filter_and_search(client_of, make_city, make_series, model):
    city, series = make_city("Parma"), make_series()
    add_figures(series, city, {2024: 185})
    ProgrammeNote.objects.create(city=city, text_it="Parma", source="A page")
    page = client_of("administrator").get(reverse(f"admin:cities_{model}_changelist"), {"q": "Parma"})
    assert page.status_code == 200
    assert 'id="changelist-filter"' in page.text


def test_a_time_that_came_with_the_portal_cannot_be_deleted_but_one_entered_by_hand_can(client_of, make_city):
    own = make_city("Bra").programme_memberships.get()
    loaded = make_city("Parma").programme_memberships.get()
    ProgrammeMembership.objects.filter(pk=loaded.pk).update(loaded={"status": "active"})
    client = client_of("administrator")
    answers = [
        client.post(reverse("admin:cities_programmemembership_delete", args=[time.pk]), {"post": "yes"})
        for time in [own, loaded]
    ]
    assert [answer.status_code for answer in answers] == [302, 403]


def test_a_coordinator_dates_the_exit_of_a_city(client_of, parma):
    membership = ProgrammeMembership.objects.get(city=parma)
    form = {
        "city": parma.pk,
        "joined": "2019-09-01",
        "joined_precision": "season",
        "left": "2026-11-01",
        "left_precision": "month",
        "status": "withdrawn",
        "reason": "The council voted so.",
        "source": "Invented",
    }
    url = reverse("admin:cities_programmemembership_change", args=[membership.pk])
    assert client_of("coordinator").post(url, form).status_code == 302
    membership.refresh_from_db()
    assert membership.status == "withdrawn"


def test_the_administration_closes_as_soon_as_a_coordinator_leaves_the_group(client_of, cast):
    client = client_of("coordinator")
    assert client.get(reverse("admin:cities_city_changelist")).status_code == 200
    cast.coordinator.groups.clear()
    assert client.get(reverse("admin:cities_city_changelist")).status_code == 302


def test_a_coordinator_has_no_power_over_people_in_the_administration(client_of, cast):
    url = reverse("admin:accounts_user_change", args=[cast.coordinator.pk])
    assert client_of("coordinator").post(url, {"is_superuser": "on"}).status_code == 403
