from datetime import timedelta

import pghistory
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from will_portal.accounts import grants
from will_portal.accounts.middleware import SECOND_FACTORS
from will_portal.accounts.models import GroupGrant, Invitation, SecondFactorReset, User
from will_portal.accounts.roles import oversees

INVITATIONS_A_DAY = 50
RESEND_PAUSE = timedelta(minutes=5)


class Refused(ValidationError):
    """What was asked cannot be done now, for the reason given."""


def limit_mails_of(user):
    """Keep a stolen session from sending the portal's mail to half the world."""
    today = timezone.now() - timedelta(days=1)
    # Counted in the history, since an invitation sent again keeps its row.
    sent = Invitation.pgh_event_model.objects.filter(invited_by=user, invited__gt=today)
    if sent.values("pgh_obj", "invited").distinct().count() >= INVITATIONS_A_DAY:
        raise Refused(_("You have sent many invitations today. Go on tomorrow, or write to the coordinator."))


@transaction.atomic
def invite(*, email, language, grant, by):
    """Store an invitation to what the unsaved grant says; return it with the token for the mail."""
    grant.lock()
    if not grant.may_be_given_by(by):
        raise PermissionDenied
    limit_mails_of(by)
    invitation = Invitation(email=User.objects.normalize_email(email), language=language)
    if grant.is_held_by(invitation.email):
        raise Refused(_("This person has this role already."))
    same = grant.same_as_this().filter(
        invitation__in=Invitation.objects.pending().filter(email=invitation.email)
    )
    if same.exists():
        raise Refused(_("This address is invited already: send that invitation again, or revoke it first."))
    token = invitation.renew(by)
    invitation.full_clean(exclude=["invited_by"])
    invitation.save()
    grant.invitation = invitation
    grant.save()
    return invitation, token


def lock_pending(pk):
    invitation = Invitation.objects.select_for_update().get(pk=pk)
    if invitation.accepted or invitation.revoked:
        raise Refused(_("This invitation is no longer waiting."))
    return invitation


@transaction.atomic
def resend(*, grant, by):
    """Give the invitation a new token, which ends the old one, and a new person who vouches for it."""
    invitation = lock_pending(grant.invitation_id)
    if not grant.may_be_given_by(by):
        raise PermissionDenied
    if invitation.mailed and timezone.now() - invitation.mailed < RESEND_PAUSE:
        raise Refused(_("This invitation was sent a moment ago. Give it some minutes to arrive."))
    limit_mails_of(by)
    token = invitation.renew(by)
    invitation.save()
    return invitation, token


@transaction.atomic
def revoke(*, grant, by):
    invitation = lock_pending(grant.invitation_id)
    if not grant.may_be_given_by(by):
        raise PermissionDenied
    invitation.revoked, invitation.revoked_by = timezone.now(), by
    invitation.save()


def revoke_others(kind, *, person, by):
    """Revoke what somebody could still accept: it would give back what was just taken from them."""
    addresses = person.emailaddress_set.filter(verified=True).values("email")
    waiting = Invitation.objects.pending().filter(email__in=addresses, pk__in=kind.values("pk"))
    waiting.update(revoked=timezone.now(), revoked_by=by)


def obstacle(invitation, grant):
    """Say in one sentence why an invitation no longer opens anything, or nothing."""
    if invitation.accepted:
        return _("This invitation has been used already. Sign in with the account that you opened with it.")
    if invitation.revoked:
        return _("This invitation has been revoked. If you expected it, ask the person who invited you.")
    if invitation.has_expired:
        return _("This invitation has expired. Ask the person who invited you to send it again.")
    if not grant.may_be_given_by(invitation.invited_by):
        return _(
            "This invitation is no longer valid, because the person who sent it may no longer invite."
            " Ask somebody in charge to send it again."
        )
    return ""


@transaction.atomic
def accept(*, invitation, user):
    """Give the person what the invitation opens; a second time, by the same person, changes nothing."""
    # Person, place, invitation: whoever ends a role or erases an account locks them in the same order.
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    grant = grants.of(invitation)
    # Before the inviter's right is looked at, so that it cannot end between the look and the gift.
    grant.lock()
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_by_id == user.pk:
        return
    if reason := obstacle(invitation, grant):
        raise Refused(reason)
    if invitation.invited_by == user:
        raise Refused(_("You cannot accept an invitation that you sent yourself."))
    if not (user.is_active and user.has_confirmed(invitation.email)):
        raise PermissionDenied
    grant.give(user, by=invitation.invited_by)
    invitation.accepted, invitation.accepted_by = timezone.now(), user
    invitation.save()


@transaction.atomic
def join(*, invitation, display_name, password):
    """Open the account of an invited person. That the link arrived has confirmed the e-mail."""
    user = User.objects.create_user(
        invitation.email, password, display_name=display_name, language=invitation.language
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    # Nobody was signed in when the request began, and history shall name who came.
    with pghistory.context(user=user.pk):
        accept(invitation=invitation, user=user)
    return user


def has_second_factor(person):
    return is_mfa_enabled(person, SECOND_FACTORS)


@transaction.atomic
def ask_for_reset(*, person, by):
    """Ask that somebody's second factor be taken away; return the request, an open one if there is."""
    # Whoever asks at the same moment waits here, and then finds the request.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not oversees(by, person):
        raise PermissionDenied
    if not has_second_factor(person):
        raise Refused(_("This person has no second factor that could be removed."))
    waiting = SecondFactorReset.objects.open().filter(person=person).first()
    return waiting or SecondFactorReset.objects.create(person=person, asked_by=by)


def lock_open(reset):
    locked = SecondFactorReset.objects.open().select_for_update().filter(pk=reset.pk).first()
    if locked is None:
        raise Refused(_("This request has been confirmed, cancelled or has lapsed in the meantime."))
    return locked


@transaction.atomic
def confirm_reset(*, reset, by):
    """Take the second factors away and end the sessions, if two people still may ask for it."""
    reset = lock_open(reset)
    if by == reset.asked_by or not oversees(by, reset.person):
        raise PermissionDenied
    if Invitation.objects.filter(invited_by=reset.asked_by, accepted_by=by).exists():
        # Or a lead could invite a second mailbox of their own to confirm what they asked.
        raise Refused(_("You were invited by the person who asked: somebody else has to confirm."))
    if not oversees(reset.asked_by, reset.person):
        raise Refused(_("The person who asked may no longer do so. Cancel this request and ask anew."))
    reset.confirmed, reset.confirmed_by = timezone.now(), by
    reset.save()
    Authenticator.objects.filter(user=reset.person).delete()
    end_sessions(reset.person)


@transaction.atomic
def cancel_reset(*, reset, by):
    reset = lock_open(reset)
    reset.cancelled, reset.cancelled_by = timezone.now(), by
    reset.save()


def end_sessions(user):
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def leave_group(*, place, by):
    """Take somebody out of a group, which nobody does for themselves."""
    grant = GroupGrant(group=place.group)
    grant.lock()
    if place.user == by or not grant.may_be_given_by(by):
        raise PermissionDenied
    place.user.groups.remove(place.group)
    revoke_others(grant.same_as_this(), person=place.user, by=by)
