"""Writing an entry down and correcting it, as people do with the form."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from initiatives.actions import log, months
from initiatives.models import Initiative, Intervention, InterventionKind, Partner
from tests.bodies import organisation
from tests.projects import DAY, entry, implementer, initiative, kind

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
ADD = reverse("log:add")


@pytest.fixture
def project(cast):
    implementer("parma", "cooperativa")
    kind()
    return initiative("parma")


def typed(project, **values):
    return {
        "key": uuid4(),
        "initiative": project.public_id,
        "day": DAY.isoformat(),
        "kind": "A4",
        "people_served": "12",
        "new_people": "3",
    } | values


@pytest.fixture
def send(client_of, project):
    """`send(people_served="7")`: the page after somebody sent the form with these changes."""

    def post(role="parma_staff", language="en", headers=None, **values):
        headers = {"accept-language": language} | (headers or {})
        return client_of(role).post(ADD, typed(project, **values), headers=headers)

    return post


def opened(client, address=ADD):
    return client.get(address, headers=ENGLISH).context["form"]


def test_an_entry_is_saved_and_the_list_says_which(send, client_of):
    response = send()
    saved = Intervention.objects.get()
    assert response["Location"] == f"{reverse('log:list')}?saved={saved.public_id}"
    page = client_of("parma_staff").get(response["Location"], headers=ENGLISH).text
    assert f'data-draft-done="{saved.public_id}"' in page


def test_save_and_another_keeps_what_stays_the_same_and_asks_for_the_people(send, client_of):
    response = send(then="another", place="Oltretorrente")
    page = client_of("parma_staff").get(response["Location"], headers=ENGLISH)
    form = page.context["form"]
    kept = {name: form[name].value() for name in ["day", "place", "kind", "people_served"]}
    assert kept == {"day": DAY, "place": "Oltretorrente", "kind": "A4", "people_served": None}
    assert re.search(r'name="people_served"[^>]*autofocus', page.text)


def test_repeat_last_brings_everything_but_the_day_the_new_people_and_the_words(project, cast, client_of):
    entry(project, cast.parma_staff, hours="2.5", note="Rainy", reference="7", place="Oltretorrente")
    form = opened(client_of("parma_staff"), f"{ADD}?repeat=1")
    values = {name: form[name].value() for name in ["people_served", "place", "new_people", "note"]}
    assert values == {"people_served": "12", "place": "Oltretorrente", "new_people": None, "note": None}
    assert (form["day"].value(), form["hours"].value()) == (timezone.localdate(), "2.50")


def test_the_last_initiative_and_the_last_kind_are_chosen_and_used_kinds_come_first(project, cast, client_of):
    other = initiative("parma", code="PR-2026-02", public_id=uuid4())
    entry(other, cast.parma_staff, kind=kind("B1"))
    form = opened(client_of("parma_staff"))
    assert (form["initiative"].value(), form["kind"].value()) == (other.public_id, "B1")
    assert next(iter(form.fields["kind"].widget.choices[1][1]))[0] == "B1"


def test_what_one_may_no_longer_write_is_not_repeated(project, cast, client_of):
    body = organisation("cooperativa")
    entry(project, cast.partner_member, delivered_by=body, place="Oltretorrente")
    client = client_of("partner_member")
    assert opened(client, f"{ADD}?repeat=1")["place"].value() == "Oltretorrente"
    Partner.objects.update(until=timezone.localdate() - timedelta(days=1))
    assert opened(client, f"{ADD}?repeat=1").recent == []


def test_a_kind_called_like_the_one_above_it_is_told_apart_and_none_is_offered_twice(
    project, cast, client_of
):
    labels = {"label_it": "Voucher", "label_en": "Vouchers"}
    above = InterventionKind.objects.create(code="B3", parent=kind("B1").parent, **labels)
    InterventionKind.objects.create(code="B3-HEALTHV", parent=above, **labels)
    entry(project, cast.parma_staff, kind=kind("B1"))
    choices = opened(client_of("parma_staff")).fields["kind"].widget.choices
    groups = [[(code, label.strip()) for code, label in members] for _heading, members in list(choices)[1:]]
    assert [("B3", "Vouchers"), ("B3-HEALTHV", "Vouchers (B3-HEALTHV)")] in groups
    assert [code for group in groups for code, _label in group].count("B1") == 1


def begins(page):
    return re.findall(r'<(?:input|select)[^>]*name="(\w+)"[^>]*autofocus', page.text)


def test_writing_begins_at_what_is_not_known_yet(project, cast, client_of):
    client = client_of("parma_staff")
    assert begins(client.get(ADD)) == ["initiative"]
    saved = entry(project, cast.parma_staff)
    assert begins(client.get(ADD)) == ["people_served"]
    assert begins(client.get(reverse("log:edit", args=[saved.public_id]))) == ["people_served"]


def test_the_button_that_was_used_is_the_first_one_after_a_mistake(send):
    texts = [send(people_served="x", **then).text for then in [{}, {"then": "another"}]]
    assert [text.index("Save</button>") > text.index('name="then"') for text in texts] == [False, True]


def test_an_initiative_named_in_the_address_is_chosen(project, cast, client_of):
    other = initiative("parma", code="PR-2026-02", public_id=uuid4())
    form = opened(client_of("parma_staff"), f"{ADD}?initiative={other.public_id}")
    assert form["initiative"].value() == str(other.public_id)


@pytest.mark.parametrize(("role", "names"), [("parma_staff", ["PR-2026-01"]), ("verona_staff", [])])
def test_only_initiatives_that_one_may_log_are_offered(role, names, project, client_of):
    form = opened(client_of(role))
    assert [found.code for found in form.fields["initiative"].queryset] == names


def test_for_staff_the_city_delivers_and_for_partners_their_body(project, client_of):
    choices = {
        role: [str(value) for value, _name in opened(client_of(role)).fields["delivered_by"].widget.choices]
        for role in ["parma_staff", "partner_member"]
    }
    body = str(organisation("cooperativa").public_id)
    assert choices == {"parma_staff": ["", body], "partner_member": [body]}


@pytest.mark.parametrize(
    ("language", "text", "number"), [("it", "1.234", 1234), ("it", "12.000", 12000), ("en", "1,234", 1234)]
)
def test_thousands_are_read_as_people_write_them(language, text, number, send):
    send(language=language, people_served=text)
    assert Intervention.objects.get().people_served == number


@pytest.mark.parametrize("text", ["1,5", "12 persone", "-3", "100.000"])
def test_what_is_no_count_is_refused_and_stays_as_typed(text, send):
    response = send(language="it", people_served=text)
    assert response.context["form"].errors.keys() == {"people_served"}
    assert f'value="{text}"' in response.text


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"people_served": "", "contacts": "9"}, "new_people", "part of the people served"),
        ({"people_served": "", "new_people": ""}, "people_served", "or households, or contacts"),
        ({"new_people": "13"}, "new_people", "More people cannot be new"),
        ({"living_elsewhere": "13"}, "living_elsewhere", "More people cannot live elsewhere"),
        ({"cost": "-1"}, "cost", "greater than or equal to 0"),
        ({"day": "2099-01-01"}, "day", "not come yet"),
        ({"day": "0202-03-10"}, "day", "Check the year"),
        ({"note": "RSSMRA80A01H501U"}, "note", "tax code"),
        ({"place": "mario@rossi.it"}, "place", "e-mail"),
        ({"delivered_by": str(uuid4())}, "delivered_by", "not an implementing body"),
    ],
)
def test_a_mistake_is_told_in_a_sentence_beside_its_field(values, field, words, send):
    errors = send(**values).context["form"].errors
    assert words in errors[field][0]
    assert not Intervention.objects.exists()


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"starts": DAY + timedelta(days=1)}, "began on"),
        ({"ends": DAY - timedelta(days=1)}, "ended on"),
    ],
)
def test_a_day_outside_the_initiatives_time_is_refused(dates, words, project, send):
    Initiative.objects.filter(pk=project.pk).update(**dates)
    assert words in send().context["form"].errors["day"][0]


def test_a_day_outside_the_partners_time_is_refused(project, send):
    Partner.objects.update(since=DAY + timedelta(days=1))
    response = send("partner_member", delivered_by=organisation("cooperativa").public_id)
    assert "implementing body since" in response.context["form"].errors["day"][0]


def test_any_day_of_a_whole_month_is_its_first(send):
    send(whole_month="on")
    assert Intervention.objects.get().day == DAY.replace(day=1)


def test_the_breakdown_is_saved_by_sex_age_and_citizenship(send):
    send(**{"people-ITL-75+-F": "4", "new-ITL-75+-F": "1", "people-ND-ND-X": "2"})
    parts = Intervention.objects.get().breakdown.values_list(
        "citizenship", "age_band", "sex", "people", "new_people"
    )
    assert set(parts) == {("ITL", "75+", "F", 4, 1), ("ND", "ND", "X", 2, None)}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"people-ND-75+-F": "13"}, "The breakdown does not fit"),
        ({"people-ND-75+-F": "4", "new-ND-75+-F": "5"}, "More people cannot be new"),
        ({"people-ND-75+-F": "4 o 5"}, "Write a whole number, for example 12."),
    ],
)
def test_a_breakdown_that_does_not_fit_is_told_and_stays_as_typed(cells, words, send):
    response = send(**cells)
    assert words in response.text
    assert f'value="{cells["people-ND-75+-F"]}"' in response.text
    assert not Intervention.objects.exists()


def test_a_closed_month_says_who_closed_it(cast, project, send):
    months.close_month(city=project.city, month=DAY.replace(day=1), by=cast.parma_lead)
    assert "March 2026 was closed by" in send().context["form"].non_field_errors()[0]


def test_a_partner_who_names_the_city_as_deliverer_is_told(send):
    assert "name of this body" in send("partner_member").context["form"].errors["delivered_by"][0]


def test_the_same_sent_twice_shows_the_first(send, client_of):
    key = uuid4()
    send(key=key)
    response = send(key=key)
    assert response["Location"] == f"{reverse('log:entry', args=[key])}?saved={key}"
    assert Intervention.objects.count() == 1


def test_something_else_sent_under_the_same_key_is_shown_beside_what_is_saved(send):
    key = uuid4()
    send(key=key)
    response = send(key=key, people_served="15")
    told = [(found.label, found.was, found.now) for found in response.context["differences"]]
    assert told == [("People served", "12", "15")]
    assert response.context["form"]["people_served"].value() == "15"


def test_what_differs_can_be_saved_as_another_entry(send):
    key = uuid4()
    send(key=key)
    form = send(key=key, people_served="15").context["form"]
    send(key=form["key"].value(), people_served="15")
    assert sorted(Intervention.objects.values_list("people_served", flat=True)) == [12, 15]


def test_a_key_of_somebody_else_is_replaced_and_tells_nothing(send, cast):
    theirs = entry(initiative("verona"), cast.verona_staff)
    response = send(key=theirs.public_id)
    assert response.context["stored"] is None
    form = response.context["form"]
    assert form["key"].value() != str(theirs.public_id)
    assert form.non_field_errors() == ["This form was already used: nothing has been saved yet; save again."]


def test_htmx_gets_the_form_alone_with_mistakes_and_is_led_on_without(send):
    htmx = {"HX-Request": "true"}
    wrong = send(headers=htmx, people_served="x")
    assert "<html" not in wrong.text
    assert "?saved=" in send(headers=htmx)["HX-Redirect"]


@pytest.mark.parametrize(
    ("role", "body", "number"),
    [("parma_staff", "", 9), ("parma_staff", "cooperativa", 12), ("partner_member", "cooperativa", 11)],
)
def test_a_submit_takes_few_queries(role, body, number, project, client_of, django_assert_num_queries):
    client = client_of(role)
    client.get("/privacy/")
    values = {"people-ITL-75+-F": "4", "new-ITL-75+-F": "1", "people-ND-ND-X": "2"}
    if body:
        values["delivered_by"] = organisation(body).public_id
    # Two of them open and close the transaction.
    with django_assert_num_queries(number):
        client.post(ADD, typed(project, **values))
    assert Intervention.objects.count() == 1


@pytest.fixture
def saved(project, cast):
    return entry(project, cast.parma_staff)


def corrected(client, saved, **values):
    sent = typed(saved.initiative, key=saved.public_id, version=saved.version) | values
    return client.post(reverse("log:edit", args=[saved.public_id]), sent, headers=ENGLISH)


def test_a_correction_is_stored_and_shown(saved, client_of):
    response = corrected(client_of("parma_staff"), saved, people_served="14")
    assert response["Location"] == f"{saved.get_absolute_url()}?saved={saved.public_id}"
    assert Intervention.objects.get().people_served == 14


def test_the_form_of_a_correction_carries_what_is_stored(saved, client_of):
    form = opened(client_of("parma_staff"), reverse("log:edit", args=[saved.public_id]))
    assert (form["people_served"].value(), form["kind"].value(), form["version"].value()) == ("12", "A4", 1)


def test_the_later_of_two_editors_sees_both_versions_and_loses_nothing(saved, client_of):
    corrected(client_of("parma_lead"), saved, people_served="14")
    response = corrected(client_of("parma_staff"), saved, people_served="16", place="Piazza")
    told = {(found.label, found.was, found.now) for found in response.context["differences"]}
    assert told == {("People served", "14", "16"), ("Place", "–", "Piazza")}
    assert response.context["latest"].by == "referente@parma.example"
    assert Intervention.objects.get().people_served == 14


def test_the_later_editor_may_keep_their_own_version(saved, client_of):
    corrected(client_of("parma_lead"), saved, people_served="14")
    form = corrected(client_of("parma_staff"), saved, people_served="16").context["form"]
    corrected(client_of("parma_staff"), saved, people_served="16", version=form["version"].value())
    assert Intervention.objects.get().people_served == 16


def test_an_entry_withdrawn_meanwhile_is_not_brought_back(saved, cast, client_of):
    log.withdraw(entry=saved, version=1, reason="Twice", by=cast.parma_lead)
    assert corrected(client_of("parma_staff"), saved).status_code == 403


def test_an_entry_of_a_closed_month_is_shown_instead_of_its_form(saved, cast, client_of):
    months.close_month(city=saved.city, month=DAY.replace(day=1), by=cast.parma_lead)
    address = reverse("log:edit", args=[saved.public_id])
    response = client_of("parma_staff").get(address, headers=ENGLISH, follow=True)
    assert response.redirect_chain == [(saved.get_absolute_url(), 302)]
    assert "March 2026 was closed by" in response.text
