"""Whatever people do to each other at the same moment, an organisation gains nobody it should not."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from tests import cast as people
from tests.bodies import organisation
from tests.places import city, key
from thirdsector import actions
from thirdsector.models import OrganisationGrant, OrganisationMembership
from will_portal.accounts.actions import Refused, accept, invite
from will_portal.accounts.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Run the acts in threads that start together; return how many were refused."""
    start = Barrier(len(acts))

    def run(act):
        start.wait()
        try:
            act()
        except (Refused, PermissionDenied):
            return 1
        finally:
            connection.close()
        return 0

    with ThreadPoolExecutor(len(acts)) as threads:
        return sum(threads.map(run, acts))


def test_of_two_first_representatives_who_accept_at_once_only_one_comes_in():
    cast = people.enter()
    body = organisation("senza rappresentante")
    body.cities.set([city("parma")])
    guests = [cast["nobody"], cast["researcher"]]
    invitations = [
        invite(
            email=guest.email,
            language="it",
            grant=OrganisationGrant(organisation=body, role="representative"),
            by=cast["parma_lead"],
        )[0]
        for guest in guests
    ]
    refused = at_once(
        lambda: accept(invitation=invitations[0], user=guests[0]),
        lambda: accept(invitation=invitations[1], user=guests[1]),
    )
    assert (refused, body.memberships.count()) == (1, 1)


def test_two_representatives_who_end_each_other_at_once_leave_one():
    cast = people.enter()
    body = organisation("cooperativa")
    user = User.objects.create_user("seconda@cooperativa.example")
    second = OrganisationMembership.objects.create(user=user, organisation=body, role="representative")
    first = OrganisationMembership.objects.get(pk=key("partner_representative"))
    refused = at_once(
        lambda: actions.end_membership(membership=second, reason="x", by=cast["partner_representative"]),
        lambda: actions.end_membership(membership=first, reason="x", by=user),
    )
    present = body.memberships.filter(until=None, role="representative")
    assert (refused, present.count()) == (1, 1)
