import re
from datetime import date

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from evaluation.dashboard_form import cities_of_programme
from evaluation.figures.asked import Asked
from evaluation.figures.engine import answer, answers
from evaluation.figures.reader import Reader
from evaluation.models import Indicator
from evaluation.network_panel import SHOWN
from evaluation.page_panels import OF_CITY
from initiatives.models import Initiative
from tests.measures import indicator
from tests.page_text import text_of
from tests.places import key
from tests.projects import entry, initiative
from tests.releases import FEBRUARY, MARCH, QUARTER, released

pytestmark = pytest.mark.django_db
ENGLISH = {"headers": {"accept-language": "en"}}
NAMES = {"people-reached": "People reached", "new-people": "New people", "deliveries": "Deliveries"}
OVER_TIME = {"people-reached": "range", "served-per-1000": "population"}


@pytest.fixture(autouse=True)
def indicators(parma, verona):
    for code in {*OF_CITY, *SHOWN, "deliveries", "people-served"}:
        rules = {"over_time": OVER_TIME.get(code, "sum"), "protection": "people"}
        indicator(code, name_en=NAMES.get(code, code), unit_en="units", **rules)


def make(slug="parma", **fields):
    values = {"code": f"{slug[:2].upper()}-2026-01", "published_at": timezone.now()} | fields
    return initiative(slug, public_id=key(values["code"]), **values)


@pytest.fixture
def deliver(cast):
    """Store an entry in each month of a quarter, of so many people, a tenth of them new."""

    def store(project, people=100, months=QUARTER):
        by = vars(cast)[f"{project.city.slug}_staff"]
        for month in months:
            entry(project, by, day=month.replace(day=9), people_served=people, new_people=people // 10)

    return store


def section(page, name):
    """Return the HTML of a panel, or nothing where the page has none."""
    found = re.search(rf'<section class="{name}".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def said(client, url, name):
    panel = section(client.get(url, **ENGLISH).text, name)
    return text_of(re.sub(r'<div class="definition".*?</div>', "", panel, flags=re.DOTALL))


@pytest.fixture
def home():
    return lambda client: said(client, "/", "network-figures")


@pytest.fixture
def work():
    return lambda client, city: said(client, city.get_absolute_url(), "city-work")


@pytest.fixture
def figures():
    return lambda client, project: said(client, project.get_absolute_url(), "initiative-figures")


def links(client, url, name):
    page = section(client.get(url, **ENGLISH).text, name)
    return [link.replace("&amp;", "&") for link in re.findall(r'href="(/dashboard/\?[^"]+)"', page)]


def test_nothing_is_said_before_the_first_release(client, deliver, home, work, figures, parma):
    project = make()
    deliver(project)
    assert [home(client), work(client, parma), figures(client, project)] == ["", "", ""]


def test_the_first_page_shows_three_totals_with_their_coverage_and_release(client, deliver, home, parma):
    deliver(make())
    released(parma, *QUARTER)
    text = home(client)
    assert "What the network did in 2026" in text
    assert "People reached" in text
    assert "100–300 units" in text
    assert "New people" in text
    assert "30 units" in text
    assert "1 of 2 cities" in text
    assert "Release 1 of" in text


def test_each_total_leads_to_the_dashboard_that_shows_it(client, deliver, parma):
    deliver(make())
    released(parma, *QUARTER)
    found = links(client, "/", "network-figures")
    assert len(found) == 3
    assert "release=1" in found[0]
    assert "100–300" in client.get(found[0], **ENGLISH).text


def test_a_year_that_is_over_counts_before_the_one_under_way(client, deliver, home, parma):
    deliver(make(), months=[date(2025, 11, 1), date(2025, 12, 1), *QUARTER])
    released(parma, *(date(2025, month, 1) for month in [10, 11, 12]), *QUARTER)
    assert "What the network did in 2025" in home(client)


def test_what_was_withdrawn_from_the_public_leaves_the_first_page_at_once(client, deliver, home, parma):
    deliver(make())
    deliver(make(code="PR-2026-02"))
    released(parma, *QUARTER)
    assert "100–600" in home(client)
    Initiative.objects.filter(code="PR-2026-02").update(published_at=None)
    assert "100–300" in home(client)


def test_the_first_page_keeps_only_what_everybody_reads(client, client_of, deliver, home, parma):
    deliver(make())
    deliver(make(code="PR-2026-02", published_at=None))
    released(parma, *QUARTER)
    for _again in range(2):
        assert "100–300" in home(client)
        assert "100–600" in home(client_of("researcher"))
        assert "100–600" in home(client_of("parma_staff"))


def test_the_first_page_asks_for_its_figures_once(client, deliver, parma, django_assert_num_queries):
    deliver(make())
    released(parma, *QUARTER)
    client.get("/")
    with django_assert_num_queries(6):
        client.get("/")


def test_a_city_sees_its_place_and_each_figure_leads_to_the_dashboard(client, deliver, work, parma, verona):
    deliver(make())
    deliver(make("verona"), people=50)
    released(verona, *QUARTER)
    released(parma, *QUARTER)
    assert "100–300 units" in work(client, parma)
    assert "1 of 2 from the highest" in work(client, parma)
    assert "2 of 2 from the highest" in work(client, verona)
    found = links(client, parma.get_absolute_url(), "city-work")
    assert len(found) == len(OF_CITY)
    assert "highlight=parma" in found[0]
    assert "100–300" in client.get(found[0], **ENGLISH).text


def test_the_change_is_on_as_many_months_before(client, deliver, work, parma):
    deliver(make())
    released(parma, *QUARTER)
    # None of the three months before was closed.
    assert "+100 on as many months before" in work(client, parma)


def test_few_people_are_not_shown_with_the_reason(client, cast, work, parma):
    entry(make(), cast.parma_staff, people_served=3, new_people=1)
    released(parma, *QUARTER)
    text = work(client, parma)
    assert "Not shown" in text
    assert "fewer than 5 people" in text
    assert not re.search(r"\b3 units", text)


def test_a_drawing_says_each_quarter_of_the_city_in_a_sentence(client, deliver, parma):
    deliver(make(), months=[date(2025, 11, 1), *QUARTER])
    released(parma, *(date(2025, month, 1) for month in [10, 11, 12]), *QUARTER)
    page = section(client.get(parma.get_absolute_url(), **ENGLISH).text, "city-work")
    assert "<title>Parma, Q1 2026: 100–300</title>" in page
    assert page.count("picture-panel") >= 4


def test_a_city_that_has_published_nothing_says_so(client, deliver, work, parma, verona):
    deliver(make())
    released(parma, *QUARTER)
    assert "Verona has not published any month of this time yet" in work(client, verona)


def test_a_city_outside_the_programme_has_no_such_figures(client, deliver, work, parma, verona):
    deliver(make())
    released(parma, *QUARTER)
    verona.programme_memberships.all().delete()
    assert work(client, verona) == ""


def test_a_city_reads_its_own_figures_live(client, client_of, deliver, work, parma):
    deliver(make())
    deliver(make(code="PR-2026-02", published_at=None))
    released(parma, *QUARTER)
    assert "100–300 units" in work(client, parma)
    text = work(client_of("parma_staff"), parma)
    assert "100–600 units" in text
    assert "read live from your log" in text


def test_an_initiative_shows_what_is_its_own(client, deliver, figures, parma):
    project = make()
    deliver(project)
    deliver(make(code="PR-2026-02"), people=500)
    released(parma, *QUARTER)
    text = figures(client, project)
    assert "100–300 units" in text
    assert "3 units" in text
    assert "Q1 2026" in text
    assert "Release 1 of" in text


def test_its_figures_lead_to_the_dashboard_of_it_alone(client, deliver, parma):
    project = make()
    deliver(project)
    deliver(make(code="PR-2026-02"), people=500)
    released(parma, *QUARTER)
    found = links(client, project.get_absolute_url(), "initiative-figures")
    assert all("initiative=PA-2026-01" in link for link in found)
    page = text_of(client.get(found[0], **ENGLISH).text)
    assert "100–300" in page
    assert "initiative: PA-2026-01" in page
    assert "1 of 1 city" in page


def test_an_initiative_without_deliveries_says_so(client, figures, parma):
    project = make()
    released(parma, *QUARTER)
    assert "No delivery has been logged" in figures(client, project)


def test_what_no_release_knows_has_no_figures_for_others(client, client_of, deliver, figures, parma):
    project = make(published_at=None)
    deliver(project)
    released(parma, *QUARTER)
    Initiative.objects.update(published_at=timezone.now())
    assert figures(client, project) == ""
    assert "100–300 units" in figures(client_of("researcher"), project)
    assert "read live from your log" in figures(client_of("parma_staff"), project)


def test_ideas_and_projects_of_a_register_have_no_figures(client_of, deliver, figures, parma):
    deliver(make())
    released(parma, *QUARTER)
    idea = make(code="PR-2026-02", stage="idea")
    register = make(code="PR-2026-03", origin="register", stage="")
    assert [figures(client_of("parma_staff"), project) for project in [idea, register]] == ["", ""]


@pytest.mark.parametrize("code", ["PR-2026-02", "PR-2026-99", "pa-2026-01"])
def test_the_dashboard_refuses_an_initiative_that_the_reader_does_not_see(client, parma, code):
    make()
    make(code="PR-2026-02", published_at=None)
    url = f"{reverse('dashboard:show')}?initiative={code}"
    assert "There is no initiative with this code" in client.get(url, **ENGLISH).text
    assert client.get(f"{reverse('dashboard:csv')}?initiative={code}").status_code == 400


def test_the_dashboard_of_an_initiative_is_of_its_city(client, deliver, parma, verona):
    deliver(make())
    released(parma, *QUARTER)
    found = client.get(f"{reverse('dashboard:json')}?initiative=PA-2026-01&city=verona").json()
    assert found["question"]["city"] == ["parma"]


def asked_about(codes, **time):
    found = {one.code: one for one in Indicator.objects.with_current()}
    cities = tuple(cities_of_programme())
    return [Asked(indicator=found[code], cities=cities, **time) for code in codes]


def test_many_questions_are_answered_as_each_alone(client_of, cast, deliver, parma, verona):
    deliver(make())
    deliver(make("verona"), people=20)
    released(verona, *QUARTER)
    released(parma, *QUARTER)
    quarters = {"first": date(2025, 10, 1), "last": MARCH, "every": "quarter"}
    months = {"first": FEBRUARY, "last": MARCH, "every": "month"}
    codes = [*OF_CITY, "third-sector-partners", "people-served"]
    questions = [*asked_about(codes, **quarters), *asked_about(codes, **months)]
    questions += asked_about(["people-served"], split="sex", **quarters)
    for reader in [Reader(), Reader.of(cast.parma_staff)]:
        alone = [answer(asked, reader) for asked in questions]
        assert answers(questions, reader) == alone


def test_many_questions_take_as_many_queries_as_one(deliver, parma, django_assert_num_queries):
    deliver(make())
    released(parma, *QUARTER)
    questions = asked_about(
        ["people-reached", "new-people", "new-share"], first=MARCH, last=MARCH, every="month"
    )
    for some in [questions[:1], questions]:
        caches["dashboard"].clear()
        with django_assert_num_queries(7):
            answers(some, Reader())


@pytest.mark.parametrize("count", [1, 20])
def test_pages_ask_as_often_for_one_as_for_twenty(client, deliver, parma, django_assert_num_queries, count):
    projects = [make(code=f"PR-2026-{number:02}") for number in range(1, count + 1)]
    for project in projects:
        deliver(project, months=[MARCH])
    released(parma, *QUARTER)
    for url, queries in [("/", 18), (parma.get_absolute_url(), 25), (projects[0].get_absolute_url(), 20)]:
        for kept in caches.all():
            kept.clear()
        with django_assert_num_queries(queries):
            client.get(url)


def test_the_dashboard_is_in_the_main_menu_and_saved_views_in_that_of_the_account(client, client_of):
    assert 'href="/dashboard/"' in client.get("/").text
    assert reverse("saved:list") not in client.get("/").text
    assert reverse("saved:list") in client_of("nobody").get("/").text
