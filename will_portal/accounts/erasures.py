"""Forgetting a person: the account becomes a pseudonym, and the record of what was done stays."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from will_portal.accounts import personal_data
from will_portal.accounts.actions import Refused, end_sessions
from will_portal.accounts.groups import is_administrator
from will_portal.accounts.models import ErasureRequest, Invitation, User

_farewells = []


def register(farewell):
    """Call `farewell(person, by)` before somebody is erased; it ends their roles, or raises Refused."""
    _farewells.append(farewell)


@transaction.atomic
def ask(*, person):
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return ErasureRequest.objects.open().filter(person=person).first() or ErasureRequest.objects.create(
        person=person
    )


@transaction.atomic
def withdraw(*, person):
    open_one = ErasureRequest.objects.open().select_for_update().filter(person=person)
    for request in open_one:
        request.withdrawn = timezone.now()
        request.save()


@transaction.atomic
def carry_out(*, request, by):
    """Take away all that leads to the person; raise Refused if they have taken the request back."""
    request = ErasureRequest.objects.open().select_for_update().filter(pk=request.pk).first()
    if request is None:
        raise Refused(_("This request has been withdrawn or carried out in the meantime."))
    person = User.objects.select_for_update(no_key=True).get(pk=request.person_id)
    if by == person or not is_administrator(by):
        raise PermissionDenied
    for farewell in _farewells:
        farewell(person, by)
    forget(person, by)
    request.done, request.done_by = timezone.now(), by
    request.save()


def forget(person, by):
    pseudonym = f"{uuid4().hex}@erased.invalid"
    addresses = {person.email, *EmailAddress.objects.filter(user=person).values_list("email", flat=True)}
    end_sessions(person)
    personal_data.delete_rows_about(person)
    invitations = Invitation.objects.filter(email__in=addresses)
    invitations.pending().update(revoked=timezone.now(), revoked_by=by)
    invitations.update(email=pseudonym)
    for words in filter(None, {*addresses, person.display_name}):
        # The administration's own log writes names down as text.
        LogEntry.objects.filter(object_repr__icontains=words).update(object_repr=pseudonym)
        LogEntry.objects.filter(change_message__icontains=words).update(change_message="")
    person.groups.clear()
    person.user_permissions.clear()
    person.email, person.display_name = pseudonym, ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()
