"""Forgetting a person: the account becomes a pseudonym, and the record of what was done stays."""

from uuid import uuid4

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from will_portal.accounts import personal_data
from will_portal.accounts.actions import Refused, end_sessions
from will_portal.accounts.groups import is_administrator
from will_portal.accounts.models import ErasureRequest, Invitation, User
from will_portal.accounts.models.user import ERASED_HOST

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


def invitations_to(person):
    """Those they accepted, perhaps at an earlier address, and those to addresses that are surely theirs."""
    confirmed = EmailAddress.objects.filter(user=person, verified=True).values("email")
    return Invitation.objects.filter(Q(accepted_by=person) | Q(email=person.email) | Q(email__in=confirmed))


def log_about(person):
    """The administration's own log writes names down as text, also those that somebody had earlier."""
    addresses = [str(key) for key in EmailAddress.objects.filter(user=person).values_list("pk", flat=True)]
    types = ContentType.objects
    return LogEntry.objects.filter(
        Q(content_type=types.get_for_model(User), object_id=str(person.pk))
        | Q(content_type=types.get_for_model(EmailAddress), object_id__in=addresses)
    )


def forget(person, by):
    pseudonym = f"{uuid4().hex}@{ERASED_HOST}"
    end_sessions(person)
    log_about(person).update(object_repr=pseudonym)
    invitations = Invitation.objects.filter(pk__in=list(invitations_to(person).values_list("pk", flat=True)))
    invitations.pending().update(revoked=timezone.now(), revoked_by=by)
    invitations.update(email=pseudonym)
    personal_data.delete_rows_about(person)
    person.groups.clear()
    person.user_permissions.clear()
    person.email, person.display_name = pseudonym, ""
    person.is_active = person.is_staff = person.is_superuser = False
    person.set_unusable_password()
    person.save()
