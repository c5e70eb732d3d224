"""Whatever the people of two cities do to each other, nobody gains a right that the rules do not give."""

import re

from django.core import mail
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cities.models import CityMembership

BOTH = {"staff", "lead"}
NAMES = ["parma_staff", "parma_lead", "verona_lead", "coordinator", "administrator", "nobody"]
ABOVE = {"coordinator", "administrator"}
ACTS = st.lists(
    st.tuples(
        st.sampled_from(["invite", "end", "change"]),
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.sampled_from(["parma", "verona"]),
        st.sampled_from(["staff", "lead"]),
    ),
    min_size=15,
    max_size=20,
)


class Rules:
    """What should be, said a second time and independently of the portal."""

    def __init__(self):
        self.roles = {
            ("parma_staff", "parma"): "staff",
            ("parma_lead", "parma"): "lead",
            ("verona_lead", "verona"): "lead",
        }

    def gives(self, actor, city):
        if actor == "administrator" or self.roles.get((actor, city)) == "lead":
            return BOTH
        return {"lead"} if actor == "coordinator" else set()

    def leads(self, city):
        return {name for (name, place), role in self.roles.items() if (place, role) == (city, "lead")}

    def invite(self, actor, person, city, role):
        if actor != person and role in self.gives(actor, city) and self.roles.get((person, city)) != "lead":
            self.roles[person, city] = role

    def end(self, actor, person, city, role):
        is_stuck = actor == person and self.leads(city) == {person}
        if self.roles.get((person, city)) in self.gives(actor, city) and not is_stuck:
            del self.roles[person, city]

    def change(self, actor, person, city, role):
        if actor != person and (person, city) in self.roles and self.gives(actor, city) == BOTH:
            self.roles[person, city] = role


class Portal:
    def __init__(self, cast):
        self.people = {name: getattr(cast, name) for name in NAMES}
        self.clients = {}

    def client(self, name):
        if name not in self.clients:
            self.clients[name] = Client()
            self.clients[name].force_login(self.people[name])
        return self.clients[name]

    def invite(self, actor, person, city, role):
        mail.outbox.clear()
        form = {"email": self.people[person].email, "grant": f"{role}:{city}", "language": "it"}
        self.client(actor).post(reverse("cities:people_invite"), form)
        if mail.outbox:
            self.client(person).post(re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1])

    def post(self, route, actor, person, city, form):
        found = CityMembership.objects.open().filter(user=self.people[person], city__slug=city).first()
        if found:
            self.client(actor).post(reverse(route, args=[found.pk]), form)

    def end(self, actor, person, city, role):
        self.post("cities:membership_end", actor, person, city, {"reason": "x"})

    def change(self, actor, person, city, role):
        self.post("cities:membership_role", actor, person, city, {"role": role})

    def roles(self):
        names = {user.pk: name for name, user in self.people.items()}
        rows = CityMembership.objects.open().filter(user__in=names).values_list("user", "city__slug", "role")
        return {(names[user], city): role for user, city, role in rows}


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
def test_nobody_gains_what_the_rules_do_not_give_and_no_city_loses_its_last_lead(cast, acts):
    rules = Rules()
    with transaction.atomic():
        portal = Portal(cast)
        for verb, actor, person, city, role in acts:
            had_lead = bool(rules.leads(city))
            getattr(rules, verb)(actor, person, city, role)
            getattr(portal, verb)(actor, person, city, role)
            assert portal.roles() == rules.roles
            assert rules.leads(city) or not had_lead or actor in ABOVE
        transaction.set_rollback(True)
