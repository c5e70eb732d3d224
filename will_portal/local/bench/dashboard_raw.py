"""What the dashboard is compared with: a bare Django view that adds the log up for each request."""

from datetime import date
from itertools import product
from random import Random

from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from evaluation.figures.periods import Period
from initiatives.calendar import months_before
from initiatives.models import InterventionKind
from thirdsector.codes import UserArea
from will_portal.local.bench.generator import FIRST_DAY, KINDS, MONTHS

INDICATOR = "new-people"
QUARTER, SHORTEST, LONGEST = 3, 8, 16
# The last quarter is not whole.
QUARTERS = MONTHS // QUARTER - 1
SUMS = """
    SELECT c.name, date_trunc('quarter', e.day)::date, sum(e.people_served), sum(e.new_people)
    FROM initiatives_intervention AS e
    JOIN initiatives_initiative AS i ON i.id = e.initiative_id
    JOIN cities_city AS c ON c.id = e.city_id
    WHERE e.confirmed_at IS NOT NULL AND e.withdrawn_at IS NULL AND e.day >= %(first)s AND e.day < %(until)s
        AND (%(sees_all)s OR i.published_at IS NOT NULL)
        AND (%(area)s = '' OR %(area)s = ANY (i.user_areas))
        AND (%(kind)s = '' OR e.kind_id IN (
            SELECT id FROM initiatives_interventionkind WHERE starts_with(code, %(kind)s)
        ))
    GROUP BY 1, 2 ORDER BY 1, 2"""
ROW = "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>"


def questions(number, seed):
    """Return different questions of two to four years, each of a user area, every second of a kind, too."""
    kinds = InterventionKind.objects.usable().order_by("code").values_list("code", flat=True)[:KINDS]
    times = [
        (start, length) for length in range(SHORTEST, LONGEST + 1) for start in range(QUARTERS - length + 1)
    ]
    lots = Random(f"{seed}")  # nosec B311
    plain = lots.sample(list(product(times, UserArea.values, [""])), (number + 1) // 2)
    narrow = lots.sample(list(product(times, UserArea.values, kinds)), number // 2)
    mixed = [question for pair in zip(plain, [*narrow, None], strict=False) for question in pair if question]
    return [question_of(*parts) for parts in mixed]


def question_of(time, area, kind):
    start, length = (quarters * QUARTER for quarters in time)
    period = Period(after(start), after(start + length - 1))
    asked = {"indicator": INDICATOR, "from": f"{period.first:%Y-%m}", "to": f"{period.last:%Y-%m}"}
    return asked | {"by": "quarter", "area": area, "kind": kind}


def after(months):
    return months_before(FIRST_DAY, -months)


def raw_figures(request, sees_all):
    """The bare view: a table of cities and quarters."""
    rows = added_up(request.GET, sees_all)
    return HttpResponse(format_html("<table>{}</table>", format_html_join("", ROW, rows)))


def added_up(asked, sees_all):
    first, last = (date.fromisoformat(f"{asked[end]}-01") for end in ("from", "to"))
    values = {"first": first, "until": months_before(last, -1), "sees_all": sees_all}
    with connection.cursor() as cursor:
        cursor.execute(SUMS, values | {name: asked.get(name, "") for name in ("area", "kind")})
        return cursor.fetchall()


def check_same(client, sees_all):
    """Raise AssertionError where the dashboard tells another number than the log."""
    whole = question_of((0, QUARTERS), "", "")
    figures = client.get(reverse("dashboard:json", query=whole)).json()["figures"]
    told = {(row["city"], row["period"]): row["value"] for row in figures if row["value"] is not None}
    for city, quarter, _served, new in added_up(whole, sees_all):
        code = Period(quarter, months_before(quarter, 1 - QUARTER)).code
        if told.get((city, code), new) != new:
            raise AssertionError(f"{city}, {code}: {told[city, code]} new people, and {new} in the log.")
