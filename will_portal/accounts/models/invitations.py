from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

import pghistory
from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.groups import LABELS, kept_by


def hashed(token):
    return sha256(token.encode()).hexdigest()


def together(when, who, name, message):
    """A date and the person who set it are known both or neither."""
    condition = Q(**{f"{when}__isnull": True, f"{who}__isnull": True}) | Q(
        **{f"{when}__isnull": False, f"{who}__isnull": False}
    )
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=message)


class InvitationQuerySet(models.QuerySet):
    def pending(self):
        """Neither accepted nor revoked; an expired one still waits for somebody to renew or revoke it."""
        return self.filter(accepted__isnull=True, revoked__isnull=True)

    def open(self):
        return self.pending().filter(expires__gt=timezone.now())

    def with_token(self, token):
        return self.filter(token_hash=hashed(token))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    # The address is the person's, and history cannot be made to forget it; that a mail left is nobody's act.
    exclude=["token_hash", "email", "mailed"],
    level=pghistory.Statement,
)
class Invitation(models.Model):
    """What it opens stands in the row of a Grant that points here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language of the message"), max_length=2, choices=settings.LANGUAGES)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited = models.DateTimeField(_("invited"))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="invitations",
        verbose_name=_("invited by"),
    )
    expires = models.DateTimeField(_("valid until"))
    mailed = models.DateTimeField(_("sent"), null=True, blank=True)
    accepted = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="accepted_invitations",
        verbose_name=_("accepted by"),
    )
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="revoked_invitations",
        verbose_name=_("revoked by"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited"]
        constraints = [
            together(
                "accepted",
                "accepted_by",
                "accounts_invitation_accepted_by",
                _("Who accepted an invitation and when are known together."),
            ),
            together(
                "revoked",
                "revoked_by",
                "accounts_invitation_revoked_by",
                _("Who revoked an invitation and when are known together."),
            ),
            models.CheckConstraint(
                condition=Q(accepted__isnull=True) | Q(revoked__isnull=True),
                name="accounts_invitation_one_end",
                violation_error_message=_("An invitation is accepted or revoked, not both."),
            ),
            models.CheckConstraint(
                condition=Q(expires__gt=F("invited")),
                name="accounts_invitation_expires_later",
                violation_error_message=_("An invitation ends after it was made."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(accepted_by=F("invited_by")),
                name="accounts_invitation_not_by_oneself",
                violation_error_message=_("Nobody accepts an invitation of their own."),
            ),
        ]

    def __str__(self):
        return f"{self.email} {self.invited:%Y-%m-%d}"

    @property
    def has_expired(self):
        return self.expires <= timezone.now()

    def renew(self, by):
        """Put a new token in the place of the old, vouched for by this person; return it, unsaved."""
        token = token_urlsafe(32)
        self.token_hash, self.invited, self.invited_by = hashed(token), timezone.now(), by
        self.expires = self.invited + timedelta(days=settings.INVITATION_DAYS)
        self.mailed = None
        return token


class Grant(models.Model):
    """What an invitation opens. Each app has its own kind, and registers it in `grants`.

    A kind also has `describe()`, `may_be_given_by(user)`, `same_as_this()` (its rows that open the same),
    `is_held_by(email)`, `lock()` (whatever two givers must not do at once) and `give(user, by=)`.
    """

    invitation = models.OneToOneField(
        Invitation, on_delete=models.CASCADE, primary_key=True, related_name="%(class)s"
    )

    class Meta:
        abstract = True


class GroupGrantQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(group__name__in=kept_by(user)).select_related("group")

    def givable_by(self, user):
        return self.visible_to(user)


class GroupGrant(Grant):
    group = models.ForeignKey(Group, on_delete=models.PROTECT, verbose_name=_("group"))

    objects = GroupGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a group")
        verbose_name_plural = _("invitations to groups")

    def __str__(self):
        return f"{self.invitation_id} {self.group_id}"

    def describe(self):
        return LABELS[self.group.name]

    def may_be_given_by(self, user):
        return self.group.name in kept_by(user)

    def same_as_this(self):
        return GroupGrant.objects.filter(group=self.group)

    def is_held_by(self, email):
        return self.group.user_set.filter(email=email, is_active=True).exists()

    def lock(self):
        Group.objects.select_for_update(no_key=True).get(pk=self.group_id)

    def give(self, user, *, by):
        user.groups.add(self.group)
