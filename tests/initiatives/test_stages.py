from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from initiatives.models import Initiative, StageChange
from tests.projects import entry, initiative

ENGLISH = {"accept-language": "en"}
TODAY = timezone.localdate


def change(client, project, **data):
    values = {"stage": "evaluation", "day": TODAY().isoformat(), "reason": "The first year is over."}
    url = reverse("initiatives:stage", args=[project.public_id])
    return client.post(url, values | data, headers=ENGLISH)


def detail(client, project):
    return client.get(project.get_absolute_url(), headers=ENGLISH).text


def test_a_lead_moves_an_initiative_on_and_the_step_joins_its_story(client_of, cast):
    project = initiative("parma")
    client = client_of("parma_lead")
    assert change(client, project).status_code == 302
    assert Initiative.objects.get().stage == "evaluation"
    assert StageChange.objects.get().by == cast.parma_lead
    assert "The first year is over." in detail(client, project)


def test_an_ending_has_its_own_words(client_of):
    project = initiative("parma", published_at=timezone.now())
    change(client_of("parma_lead"), project, stage="stopped", ending="result")
    text = detail(client_of("anonymous"), project)
    assert "An ending like any other: it did not reach the result hoped for." in text


def test_who_decided_is_told_to_their_colleagues_only(client_of):
    project = initiative("parma", published_at=timezone.now())
    change(client_of("parma_lead"), project)
    story = {
        role: detail(client_of(role), project).split('class="story"')[1].split("</ol>")[0]
        for role in ["parma_staff", "verona_lead", "coordinator", "anonymous"]
    }
    assert {role: "referente@parma.example" in text for role, text in story.items()} == {
        "parma_staff": True,
        "verona_lead": False,
        "coordinator": False,
        "anonymous": False,
    }


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"stage": "stopped"}, "Say how it ended when, and only when, it stops."),
        ({"ending": "result"}, "Say how it ended when, and only when, it stops."),
        ({"stage": "experiment"}, "Select a valid choice"),
        ({"stage": "x"}, "Select a valid choice"),
        ({"day": "2999-01-01"}, "The day lies in the future"),
        ({"reason": ""}, "This field is required"),
        ({"reason": "Ask Rossi, 339 1234567"}, "telephone number"),
    ],
    ids=str,
)
def test_a_step_that_makes_no_sense_is_refused(client_of, data, sentence):
    project = initiative("parma")
    text = change(client_of("parma_lead"), project, **data).text
    assert sentence in text
    assert not StageChange.objects.exists()
    assert Initiative.objects.get().stage == "experiment"


def test_the_story_runs_forward(client_of):
    project = initiative("parma")
    client = client_of("parma_lead")
    change(client, project)
    yesterday = (TODAY() - timedelta(days=1)).isoformat()
    assert "choose a later day" in change(client, project, stage="adopted", day=yesterday).text


def test_an_initiative_that_stopped_may_go_on(client_of):
    project = initiative("parma", stage="stopped")
    assert change(client_of("parma_lead"), project, stage="design").status_code == 302


def test_what_stopped_says_so_at_the_top_and_ends_that_day(client_of):
    project = initiative("parma", published_at=timezone.now(), ends=TODAY() + timedelta(days=90))
    change(client_of("parma_lead"), project, stage="stopped", ending="result")
    assert Initiative.objects.get().ends == TODAY()
    box = detail(client_of("anonymous"), project).split('class="stopped-strip"')[1].split("</div>")[0]
    assert "it did not reach the result hoped for" in box
    assert "The first year is over." in box


@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ({}, 0),
        ({"ends": TODAY() - timedelta(days=5)}, -5),
        ({"starts": TODAY() + timedelta(days=1), "ends": TODAY() + timedelta(days=9)}, 9),
    ],
    ids=["without an end", "ended before", "not begun"],
)
def test_the_end_of_what_stops_never_lies_before_its_start_nor_moves_later(client_of, fields, days):
    change(client_of("parma_lead"), initiative("parma", **fields), stage="stopped", ending="need")
    assert Initiative.objects.get().ends == TODAY() + timedelta(days=days)


def test_what_goes_on_again_has_no_end_any_more(client_of):
    project = initiative("parma")
    client = client_of("parma_lead")
    change(client, project, stage="stopped", ending="need")
    change(client, project, stage="experiment")
    assert Initiative.objects.get().ends is None
    assert "stopped-strip" not in detail(client, project)


def test_an_end_of_its_own_stays_when_it_goes_on_again(client_of):
    ended = TODAY() - timedelta(days=5)
    project = initiative("parma", ends=ended)
    client = client_of("parma_lead")
    change(client, project, stage="stopped", ending="need")
    change(client, project, stage="experiment")
    assert Initiative.objects.get().ends == ended


def test_what_the_public_reads_does_not_become_a_mere_idea(client_of):
    project = initiative("parma", published_at=timezone.now())
    assert "withdraw it from the public first" in change(client_of("parma_lead"), project, stage="idea").text


def test_what_has_delivered_does_not_become_a_mere_idea(client_of, cast):
    project = initiative("parma")
    entry(project, cast.parma_staff)
    assert "what has delivered is no mere idea" in change(client_of("parma_lead"), project, stage="idea").text
    assert Initiative.objects.get().stage != "idea"


@pytest.mark.parametrize("role", ["parma_staff", "verona_lead", "partner_representative", "coordinator"])
def test_nobody_else_decides_on_the_stage(client_of, role):
    project = initiative("parma", published_at=timezone.now())
    assert change(client_of(role), project).status_code == 403
    assert Initiative.objects.get().stage == "experiment"
