import csv
import json
import shutil
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from cities.merging import read
from evaluation.management.commands import load_indicators
from evaluation.models import Indicator, IndicatorVersion
from tests.measures import indicator, version

pytestmark = pytest.mark.django_db
LIST = reverse("indicators:list")
WHY = {"change_reason_it": "Era poco chiaro.", "change_reason_en": "It was unclear."}


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def reference(tmp_path, monkeypatch):
    """A copy of the reference data that a test may spoil."""
    folder = shutil.copytree(load_indicators.REFERENCE, tmp_path / "reference")
    monkeypatch.setattr(load_indicators, "REFERENCE", folder)
    return folder


@pytest.fixture
def revise(reference):
    """`revise(name_it="Altro")` changes the words of the first version, `add=True` by a new row."""

    def change(add=False, **values):
        path = reference / "indicator_versions.json"
        content = json.loads(path.read_text())
        first = content["rows"][0]
        content["rows"] += [first | values] if add else []
        first |= {} if add else values
        path.write_text(json.dumps(content))

    return change


@pytest.fixture
def load(capsys):
    def run():
        call_command("load_indicators")
        return capsys.readouterr().out.splitlines()

    return run


def test_what_comes_with_the_portal_is_created_once_and_unchanged_from_then_on(load):
    assert load()[1] == "versions of indicators: 23 created, 0 changed, 0 unchanged, 0 kept as edited"
    assert load()[1] == "versions of indicators: 0 created, 0 changed, 23 unchanged, 0 kept as edited"


def test_every_indicator_that_comes_with_the_portal_holds_today(load):
    load()
    assert Indicator.objects.with_current().count() == Indicator.objects.count() == 23


def test_every_word_that_comes_with_the_portal_is_there_in_two_languages():
    rows = read(load_indicators.REFERENCE / "indicator_versions.json")
    words = [name.removesuffix("_it") for name in rows[0] if name.endswith("_it")]
    pairs = [(row[f"{word}_it"], row[f"{word}_en"]) for row in rows for word in words]
    assert [pair for pair in pairs if any(pair) and (not all(pair) or pair[0] == pair[1])] == []


def test_a_stored_version_stays_whatever_the_file_says_meanwhile(load, revise):
    load()
    revise(name_it="Altro nome")
    assert load()[1].endswith("1 kept as edited (people-reached 2019-09-01 name_it)")
    assert not IndicatorVersion.objects.filter(name_it="Altro nome").exists()


def test_a_new_version_in_the_file_is_numbered_after_the_last(load, revise):
    load()
    revise(add=True, valid_from="2026-11-01", **WHY)
    assert load()[1].startswith("versions of indicators: 1 created, 0 changed, 23 unchanged")
    assert Indicator.objects.get(code="people-reached").versions.first().number == 2


def test_what_people_added_later_is_not_overtaken_by_the_file(load, revise):
    load()
    indicator("people-reached", valid_from=in_days(0), **WHY)
    revise(add=True, valid_from=str(in_days(-1)), **WHY)
    load()
    assert Indicator.objects.get(code="people-reached").versions.count() == 2


def test_a_bad_row_is_named_and_nothing_is_loaded(revise):
    revise(direction="sideways")
    with pytest.raises(CommandError, match=r"indicator_versions\.json, row 1, field direction,"):
        call_command("load_indicators")
    assert not Indicator.objects.exists()


def test_the_current_version_is_the_latest_that_holds_today():
    indicator()
    indicator(valid_from=in_days(0), name_it="Di oggi", **WHY)
    indicator(valid_from=in_days(1), name_it="Di domani", **WHY)
    assert Indicator.objects.with_current().get().current.name_it == "Di oggi"


def test_an_indicator_that_begins_tomorrow_is_not_there_yet():
    indicator(valid_from=in_days(1))
    assert not Indicator.objects.with_current().exists()


def test_all_current_versions_take_two_queries(django_assert_num_queries):
    for number in range(5):
        indicator(f"measure-{number}")
    with django_assert_num_queries(2):
        assert len([found.current.name for found in Indicator.objects.with_current()]) == 5


def test_the_words_of_a_version_are_never_rewritten():
    indicator()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        IndicatorVersion.objects.update(definition_it="Altro.")


LATER = {"valid_from": date(2020, 1, 1)}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"valid_from": date(2019, 9, 1)} | WHY, "valid_from"),
        ({"valid_from": date(2018, 1, 1)} | WHY, "valid_from"),
        (LATER, "__all__"),
        (LATER | {"change_reason_it": "Perché."}, "__all__"),
        (LATER | WHY | {"numerator_it": "persone", "numerator_en": "people"}, "__all__"),
        (LATER | WHY | {"decimals": 5}, "decimals"),
    ],
    ids=["same day", "earlier", "no reason", "one language", "no denominator", "decimals"],
)
def test_a_version_that_makes_no_sense_is_refused(fields, named):
    with pytest.raises(ValidationError) as refusal:
        version(indicator(), **fields).full_clean()
    assert named in refusal.value.message_dict


def test_the_database_too_wants_a_reason_for_a_change():
    version = indicator().versions.get()
    version.pk, version.number, version.valid_from = None, 2, in_days(0)
    version._state.adding = True
    with pytest.raises(IntegrityError, match="evaluation_indicatorversion_reason"):
        version.save()


@pytest.mark.parametrize(("language", "words"), [("it", "Persone servite"), ("en", "People served")])
def test_the_list_speaks_the_language_of_its_reader(client, language, words):
    indicator()
    assert words in client.get(LIST, headers={"accept-language": language}).text


def test_an_empty_registry_says_so(client):
    assert "<table" not in client.get(LIST).text


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_takes_the_same_queries_for_one_and_for_fifty(client, django_assert_num_queries, count):
    for number in range(count):
        indicator(f"measure-{number}")
    with django_assert_num_queries(2):
        client.get(LIST)


def test_the_page_of_an_indicator_tells_earlier_versions_with_their_reasons(client):
    indicator(name_it="Nome di prima")
    found = indicator(valid_from=in_days(0), **WHY)
    page = client.get(found.get_absolute_url()).text
    assert "Nome di prima" in page
    assert "Era poco chiaro." in page


def test_a_rate_shows_what_is_divided_by_what(client):
    sides = {"numerator_it": "persone nuove", "denominator_it": "persone servite dove si sa"}
    found = indicator(**sides, numerator_en="new people", denominator_en="people served where known")
    page = client.get(found.get_absolute_url()).text
    assert all(side in page for side in sides.values())


def test_the_csv_has_all_words_in_both_languages(client):
    indicator()
    text = client.get(reverse("indicators:list_csv")).getvalue().decode()
    row = next(csv.DictReader(text.splitlines()))
    assert (row["code"], row["name_it"], row["name_en"]) == (
        "people-served",
        "Persone servite",
        "People served",
    )


def test_the_json_is_the_csv(client):
    indicator()
    rows = client.get(reverse("indicators:list_json")).json()["indicators"]
    text = client.get(reverse("indicators:list_csv")).getvalue().decode()
    read = list(csv.DictReader(text.splitlines()))
    assert [{name: str(value) for name, value in row.items()} for row in rows] == read


ADD = reverse("admin:evaluation_indicatorversion_add")


def sent(found, **fields):
    """What the form sends when somebody puts the indicator into other words."""
    version = found.versions.first()
    names = [field.name for field in version._meta.fields if field.editable and field.name != "indicator"]
    values = {name: getattr(version, name) for name in names}
    return values | {"indicator": found.pk, "valid_from": in_days(0).isoformat()} | WHY | fields


def test_the_form_opens_with_the_words_that_hold_now(client_of):
    found = indicator(definition_it="Parole da ritoccare.")
    page = client_of("coordinator").get(ADD, {"indicator": found.pk}).text
    assert "Parole da ritoccare." in page


def test_a_coordinator_adds_a_version_and_the_old_one_stays(client_of):
    found = indicator()
    client_of("coordinator").post(ADD, sent(found, name_it="Servite"))
    assert list(found.versions.values_list("number", "name_it")) == [(2, "Servite"), (1, "Persone servite")]


def test_a_version_without_a_reason_is_refused(client_of):
    found = indicator()
    page = client_of("coordinator").post(ADD, sent(found, change_reason_it=""))
    assert page.status_code == 200
    assert found.versions.count() == 1


def test_a_version_cannot_hold_from_a_day_that_is_over(client_of):
    found = indicator()
    client_of("coordinator").post(ADD, sent(found, valid_from=in_days(-1).isoformat()))
    assert found.versions.count() == 1


def test_nobody_lifts_the_protection_of_an_indicator_by_hand(client_of):
    found = indicator(protection="people")
    client_of("administrator").post(ADD, sent(found, protection="none"))
    assert set(found.versions.values_list("number", "protection")) == {(1, "people"), (2, "people")}


def test_a_stored_version_is_only_looked_at(client_of):
    version = indicator().versions.get()
    url = reverse("admin:evaluation_indicatorversion_change", args=[version.pk])
    page = client_of("administrator").get(url).text
    assert "Persone servite" in page
    assert 'name="name_it"' not in page


def test_the_history_of_an_indicator_names_who_moved_it(client_of, cast):
    found = indicator()
    url = reverse("admin:evaluation_indicator_change", args=[found.pk])
    client_of("coordinator").post(url, {"topic": "activity", "position": 5})
    event = found.events.order_by("-pgh_id").first()
    assert (event.topic, event.pgh_context.metadata["user"]) == ("activity", cast.coordinator.pk)


def test_only_who_may_add_a_version_is_offered_to(client_of):
    url = indicator().get_absolute_url()
    assert ADD in client_of("coordinator").get(url).text
    assert ADD not in client_of("researcher").get(url).text
