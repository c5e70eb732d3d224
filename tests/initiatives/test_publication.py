from uuid import uuid4

import pytest
from django.urls import reverse

from initiatives.models import Initiative
from tests.projects import implementer, initiative

ENGLISH = {"accept-language": "en"}
SUMMARY = "Nobody is left alone."


def url(project, verb="publish"):
    return reverse(f"initiatives:{verb}", args=[project.public_id])


def draft(**fields):
    return initiative("parma", **({"summary": SUMMARY} | fields))


def test_a_lead_publishes_after_reading_what_the_public_will_read(client_of, cast):
    project = draft()
    client = client_of("parma_lead")
    assert SUMMARY in client.get(url(project)).text
    assert client.post(url(project)).status_code == 302
    assert Initiative.objects.get().published_by == cast.parma_lead
    assert SUMMARY in client_of("anonymous").get(project.get_absolute_url()).text


def test_the_preview_shows_nothing_that_the_public_will_not_see(client_of):
    project = draft(adapted_from=initiative("parma", code="PR-1", title="Segreto", public_id=uuid4()))
    text = client_of("parma_lead").get(url(project)).text
    assert "Segreto" not in text
    assert "Segreto" in client_of("parma_lead").get(project.get_absolute_url()).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"stage": "idea"}, "A mere idea is not published"), ({"summary": " "}, "Write a summary first")],
    ids=str,
)
def test_what_would_tell_the_public_nothing_is_not_published(client_of, fields, sentence):
    project = draft(**fields)
    client = client_of("parma_lead")
    assert sentence in client.get(url(project), headers=ENGLISH).text
    assert sentence in client.post(url(project), headers=ENGLISH, follow=True).text
    assert Initiative.objects.get().published_at is None


def test_a_lead_withdraws_what_was_published(client_of):
    project = draft()
    client = client_of("parma_lead")
    client.post(url(project))
    client.post(url(project, "unpublish"))
    assert client_of("anonymous").get(project.get_absolute_url()).status_code == 404


def test_to_look_at_the_preview_publishes_nothing(client_of):
    project = draft()
    client_of("parma_lead").get(url(project))
    assert Initiative.objects.get().published_at is None


@pytest.mark.parametrize("verb", ["publish", "unpublish"])
@pytest.mark.parametrize(
    ("role", "answer"),
    [("parma_staff", 403), ("partner_representative", 403), ("researcher", 403), ("verona_lead", 404)],
)
def test_nobody_else_decides_on_publication(client_of, role, answer, verb):
    project = draft()
    implementer("parma", "cooperativa")
    assert client_of(role).post(url(project, verb)).status_code == answer
    assert Initiative.objects.get().published_at is None
