from django.urls import reverse

from cities.models import City

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
    loaded, own = make_city("Parma", loaded={"name": "Parma"}), make_city("Bra")
    action = {"action": "delete_selected", "_selected_action": [loaded.pk, own.pk], "post": "yes"}
    client_of("administrator").post(CITIES, action)
    assert City.objects.count() == 2


def test_a_city_that_was_added_by_hand_can_be_deleted(client_of, make_city):
    city = make_city("Bra")
    client_of("administrator").post(reverse("admin:cities_city_delete", args=[city.pk]), {"post": "yes"})
    assert not City.objects.exists()


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
