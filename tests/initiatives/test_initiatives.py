from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import CityMembership
from initiatives.models import FundingSource, Initiative, StageChange
from tests.bodies import organisation
from tests.projects import implementer, initiative

ENGLISH = {"accept-language": "en"}
LIST = reverse("initiatives:list")
ADD = reverse("initiatives:add")


def page(client, project, verb="detail"):
    return client.get(reverse(f"initiatives:{verb}", args=[project.public_id]), headers=ENGLISH)


def published(slug="parma", **fields):
    return initiative(slug, published_at=timezone.now(), **fields)


def typed(city, **fields):
    return {"city": city.pk, "code": "PR-2026-07", "title": "Portierato", "summary": "", "cups": ""} | fields


def add(client, **data):
    return client.post(ADD, data, headers=ENGLISH)


def edit(client, project, **data):
    url = reverse("initiatives:edit", args=[project.public_id])
    return client.post(url, {"title": project.title} | data, headers=ENGLISH)


def test_everybody_reads_what_is_published(client_of):
    assert "Portierato di quartiere" in page(client_of("anonymous"), published()).text


def test_a_stranger_finds_nothing_where_something_is_not_published(client_of, db):
    assert page(client_of("anonymous"), initiative("parma")).status_code == 404
    assert "Portierato" not in client_of("anonymous").get(LIST).text


def test_the_page_says_that_it_is_not_published(client_of):
    assert "Not published" in page(client_of("parma_staff"), initiative("parma")).text


def test_an_invented_initiative_says_so_on_every_page_that_shows_it(client_of, parma):
    project = published(origin="invented")
    client = client_of("anonymous")
    assert "Invented for the demonstration." in page(client, project).text
    for url in [LIST, parma.get_absolute_url()]:
        assert ">invented</span>" in client.get(url, headers=ENGLISH).text
    assert client.get("/initiatives.json").json()["initiatives"][0]["invented"] is True


def test_a_summary_is_shown_as_harmless_html(client_of):
    project = published(summary="**Chi** <script>alert(1)</script> [x](javascript:alert(1))")
    text = page(client_of("anonymous"), project).text
    assert "<strong>Chi</strong>" in text
    assert "<script>alert" not in text


def test_a_project_of_several_places_says_that_its_money_is_not_summed(client_of):
    project = published(origin="register", stage="", localised_in=7, source="Italia Domani, CC BY 4.0")
    text = page(client_of("anonymous"), project).text
    assert "Localised in 7 places: its money is of all of them together and is not summed." in text
    assert "Italia Domani, CC BY 4.0" in text


def test_where_it_came_from_is_told_only_to_those_who_may_see_that(client_of):
    model = initiative("verona")
    project = published(adapted_from=model)
    assert "Anziani in rete" not in page(client_of("parma_staff"), project).text
    assert "Anziani in rete" in page(client_of("verona_staff"), project).text
    assert "Portierato di quartiere" in page(client_of("verona_staff"), model).text


def test_the_city_page_lists_what_the_city_itself_has_published(client_of, parma):
    published()
    initiative("parma", code="PR-2", title="Segreto", public_id=uuid4())
    text = client_of("anonymous").get(parma.get_absolute_url()).text
    assert "Portierato di quartiere" in text
    assert "Segreto" not in text


def test_what_another_city_shares_is_shown_to_the_people_of_the_partner_city_only(client_of, verona):
    published().partner_cities.add(verona)
    shown = {
        role: "Shared by other cities" in client_of(role).get(verona.get_absolute_url(), headers=ENGLISH).text
        for role in ["anonymous", "coordinator", "parma_lead", "verona_staff", "verona_lead"]
    }
    assert [role for role, is_shown in shown.items() if is_shown] == ["verona_staff", "verona_lead"]


def test_the_lead_of_a_partner_city_leaves(client_of, verona):
    project = published()
    project.partner_cities.add(verona)
    url = reverse("initiatives:leave", args=[project.public_id, "verona"])
    assert url not in client_of("verona_staff").get(verona.get_absolute_url()).text
    client = client_of("verona_lead")
    assert url in client.get(verona.get_absolute_url()).text
    assert client.post(url).status_code == 302
    assert not project.partner_cities.exists()


@pytest.mark.parametrize("role", ["parma_lead", "verona_staff", "coordinator"])
def test_nobody_else_takes_a_partner_city_off(client_of, verona, role):
    project = published()
    project.partner_cities.add(verona)
    url = reverse("initiatives:leave", args=[project.public_id, "verona"])
    assert client_of(role).post(url).status_code == 403
    assert project.partner_cities.exists()


@pytest.mark.parametrize("projects", [1, 50])
def test_the_list_takes_as_many_questions_for_one_as_for_many(
    client_of, verona, django_assert_num_queries, projects
):
    for number in range(projects):
        published(code=f"PR-{number}", public_id=f"00000000-0000-0000-0000-{number:012}").partner_cities.add(
            verona
        )
    client = client_of("anonymous")
    client.get(LIST)
    with django_assert_num_queries(6):
        client.get(LIST)


def test_a_long_list_is_read_page_by_page(client_of, parma):
    for number in range(30):
        published(code=f"PR-{number}", public_id=f"00000000-0000-0000-0000-{number:012}")
    client = client_of("anonymous")
    assert "Page 1 of 2" in client.get(LIST, headers=ENGLISH).text
    second = client.get(LIST, {"page": 2, "city": "parma"}, headers=ENGLISH).text
    assert second.count("<tr>") == 1 + 5
    assert "city=parma" in second
    assert client.get("/initiatives.json").json()["count"] == 30


def test_staff_add_an_idea_that_only_their_city_sees(client_of, cast, parma):
    client = client_of("parma_staff")
    assert 'value="PR-' in client.get(ADD).text
    assert add(client, **typed(parma)).status_code == 302
    project = Initiative.objects.get()
    assert (project.stage, project.published_at, project.origin) == ("idea", None, "city")
    assert StageChange.objects.get().by == cast.parma_staff


def test_the_city_comes_from_the_membership(client_of, parma, verona):
    client = client_of("parma_staff")
    assert "Verona" not in client.get(ADD).text.split('id="id_city"')[1].split("</select>")[0]
    assert "Select a valid choice" in add(client, **typed(verona)).text
    assert not Initiative.objects.exists()


def test_the_proposed_code_follows_the_last_of_the_year(client_of, parma):
    year = timezone.localdate().year
    initiative("parma", code=f"PR-{year}-09")
    assert f'value="PR-{year}-10"' in client_of("parma_staff").get(ADD).text


def test_a_code_that_another_has_is_refused_and_nothing_typed_is_lost(client_of, parma):
    initiative("parma")
    text = add(client_of("parma_staff"), **typed(parma, code="PR-2026-01", summary="A long story")).text
    assert "Another initiative has this code already." in text
    assert "A long story" in text


def test_cups_are_taken_in_lines_or_with_commas(client_of):
    project = initiative("parma")
    cups = "g17h03000130001, H19I22001140006\n\nG17H03000130001"
    assert edit(client_of("parma_staff"), project, cups=cups).status_code == 302
    project.refresh_from_db()
    assert project.cups == ["G17H03000130001", "H19I22001140006"]


def test_the_wrong_cup_is_named(client_of):
    text = edit(client_of("parma_staff"), initiative("parma"), cups="G17H03000130001\nG17H0300013").text
    assert "G17H0300013 is no CUP" in text
    assert "G17H03000130001\nG17H0300013</textarea>" in text


def test_an_edit_changes_neither_code_nor_city_nor_stage_nor_origin(client_of, verona):
    project = initiative("parma", origin="invented")
    data = {
        "code": "XX-1",
        "city": verona.pk,
        "stage": "adopted",
        "origin": "city",
        "published_at": "2026-01-01",
    }
    assert edit(client_of("parma_lead"), project, summary="New words", **data).status_code == 302
    after = Initiative.objects.get()
    assert (after.code, after.city_id, after.stage) == (project.code, project.city_id, project.stage)
    assert (after.origin, after.published_at, after.summary) == ("invented", None, "New words")


def test_a_city_is_not_its_own_partner(client_of, cast, parma, verona):
    CityMembership.objects.create(user=cast.parma_staff, city=verona, role="staff")
    data = typed(parma, partner_cities=[parma.pk])
    assert "is not one of its partner cities" in add(client_of("parma_staff"), **data).text


def test_their_own_city_is_not_offered_as_a_partner(client_of, parma, verona):
    offered = client_of("parma_staff").get(ADD).text.split('name="partner_cities"', 1)[1]
    assert "Verona" in offered
    assert "Parma" not in offered.split("</fieldset>")[0]


def test_a_code_does_not_begin_with_the_province_of_another_city(client_of, parma, verona):
    client = client_of("parma_staff")
    text = add(client, **typed(parma, code="VR-2026-77")).text
    assert "Codes with VR are those of Verona: begin with PR." in text
    assert not Initiative.objects.exists()
    assert add(client, **typed(parma, code="WILL-2026-77")).status_code == 302


def test_a_title_that_is_missing_is_asked_for(client_of, parma):
    assert "Write the title." in add(client_of("parma_staff"), **typed(parma, title="")).text


def test_no_list_of_choices_begins_with_dashes(client_of, cast):
    project = initiative("parma")
    client = client_of("parma_staff")
    urls = [
        reverse(f"initiatives:{verb}", args=[project.public_id]) for verb in ["edit", "partners", "money"]
    ]
    for url in [ADD, *urls]:
        assert "-----" not in client.get(url).text, url


def test_an_initiative_of_the_register_says_that_it_is_real(client_of, db):
    project = published(origin="register", stage="", source="Italia Domani")
    text = page(client_of("anonymous"), project).text
    assert "A real project: public data." in text
    assert text.count("Italia Domani") == 1
    assert "The public data name no partners." in text
    assert "No partner has been entered." in page(client_of("anonymous"), published("verona")).text


@pytest.mark.parametrize("verb", ["edit", "partners", "money", "stage", "publish", "unpublish"])
def test_an_initiative_of_the_register_is_nobodys_to_change(client_of, verb):
    project = published(origin="register", stage="", source="Italia Domani")
    client = client_of("parma_lead")
    url = reverse(f"initiatives:{verb}", args=[project.public_id])
    assert url not in page(client, project).text
    assert client.post(url, {"title": "Nostro"}).status_code == 403
    after = Initiative.objects.get()
    assert (after.title, after.published_at) == (project.title, project.published_at)


def test_the_downloads_name_the_page_of_each_initiative(client_of, db):
    project = published()
    row = client_of("anonymous").get("/initiatives.json").json()["initiatives"][0]
    assert row["url"] == f"http://testserver{project.get_absolute_url()}"


def test_saving_keeps_a_model_that_the_editor_may_not_see(client_of):
    model = initiative("verona", title="Segreto")
    project = initiative("parma", adapted_from=model)
    client = client_of("parma_staff")
    assert "Segreto" not in page(client, project, "edit").text
    edit(client, project, adapted_from=model.pk)
    assert Initiative.objects.get(pk=project.pk).adapted_from == model


def test_nobody_takes_as_a_model_what_they_may_not_see(client_of):
    data = {"adapted_from": initiative("verona").pk}
    assert "Select a valid choice" in edit(client_of("parma_staff"), initiative("parma"), **data).text


def test_it_ends_after_it_starts(client_of):
    data = {"starts": "2026-05-01", "ends": "2026-04-01"}
    assert "ends after it starts" in edit(client_of("parma_staff"), initiative("parma"), **data).text


def test_the_history_tells_who_changed_what(client_of):
    project = initiative("parma")
    edit(client_of("parma_staff"), project, title="Portineria", user_areas=["ELD"])
    text = page(client_of("parma_lead"), project, "history").text
    assert "operatore@parma.example" in text
    assert "<ins>Portineria</ins>" in text
    assert "Older people (65+)" in text


def test_the_history_names_partners_and_sources(client_of, cast):
    project = initiative("parma")
    FundingSource.objects.create(code="COM", label_it="Comune", label_en="Municipality")
    FundingSource.objects.create(
        code="COM-BIL", parent_id="COM", label_it="Bilancio", label_en="Current budget"
    )
    partner = implementer("parma", "cooperativa")
    client = client_of("parma_staff")
    client.post(reverse("initiatives:partner", args=[project.public_id, partner.pk]), {"until": "2026-05-01"})
    line = {"funding_source": "COM-BIL", "basis": "budgeted", "amount": "10"}
    rows = {f"budget_lines-0-{name}": value for name, value in line.items()}
    counts = {"budget_lines-TOTAL_FORMS": 1, "budget_lines-INITIAL_FORMS": 0}
    client.post(reverse("initiatives:money", args=[project.public_id]), rows | counts)
    text = page(client_of("parma_lead"), project, "history").text
    assert organisation("cooperativa").name in text
    assert "Current budget" in text


def test_the_history_calls_no_initiative_by_the_name_of_an_organisation(client_of, cast):
    body = organisation("cooperativa")
    model = initiative("verona", pk=body.pk)
    project = initiative("parma", adapted_from=model)
    implementer("parma", "cooperativa")
    client = client_of("parma_lead")
    edit(client, project)
    hidden = page(client, project, "history").text
    assert body.name not in hidden
    assert model.code not in hidden
    assert model.code in page(client_of("administrator"), project, "history").text


def test_the_history_writes_days_and_amounts_as_people_do(client_of, cast):
    project = initiative("parma", summary="Chi")
    partner = implementer("parma", "cooperativa")
    client = client_of("parma_lead")
    edit(client, project, starts="2026-05-01", summary="Chi")
    url = reverse("initiatives:partner", args=[project.public_id, partner.pk])
    client.post(url, {"cash": "1.200,50"}, headers={"accept-language": "it"})
    client.post(reverse("initiatives:publish", args=[project.public_id]))
    text = page(client, project, "history").text
    for words in ["<ins>1 May 2026</ins>", "<ins>1,200.50</ins>", "Published on: "]:
        assert words in text


def test_an_administrator_reads_every_history(client_of):
    assert page(client_of("administrator"), initiative("parma"), "history").status_code == 200


def test_only_the_code_lists_are_changed_in_the_administration(client_of, db):
    source = FundingSource.objects.create(code="COM", label_it="Comune", label_en="Municipality")
    url = reverse("admin:initiatives_fundingsource_change", args=[source.pk])
    data = {"label_it": "Comune proprio", "label_en": "Own", "code": "X", "parent": ""}
    client_of("coordinator").post(url, data)
    source.refresh_from_db()
    assert (source.code, source.label_it) == ("COM", "Comune proprio")
    project = initiative("parma")
    url = reverse("admin:initiatives_initiative_change", args=[project.pk])
    assert client_of("administrator").post(url, {"title": "x"}).status_code == 403
