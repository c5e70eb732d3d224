from datetime import timedelta
from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.models.invitations import together

LAPSES_AFTER = timedelta(days=7)


class SecondFactorResetQuerySet(models.QuerySet):
    def open(self):
        """What may still be confirmed: a request that nobody took up lapses."""
        since = timezone.now() - LAPSES_AFTER
        return self.filter(confirmed__isnull=True, cancelled__isnull=True, asked__gt=since)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    level=pghistory.Statement,
)
class SecondFactorReset(models.Model):
    """Somebody lost their second factor: one person asks, another confirms, neither is the person."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    confirmed = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    cancelled = models.DateTimeField(_("cancelled"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("cancelled by"),
    )

    objects = SecondFactorResetQuerySet.as_manager()

    class Meta:
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        ordering = ["-asked"]
        constraints = [
            together(
                "confirmed",
                "confirmed_by",
                "accounts_reset_confirmed_by",
                _("Who confirmed a reset and when are known together."),
            ),
            together(
                "cancelled",
                "cancelled_by",
                "accounts_reset_cancelled_by",
                _("Who cancelled a reset and when are known together."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed__isnull=True) | Q(cancelled__isnull=True),
                name="accounts_reset_one_end",
                violation_error_message=_("A reset is confirmed or cancelled, not both."),
            ),
            models.CheckConstraint(
                condition=~Q(asked_by=F("person"))
                & (
                    Q(confirmed_by__isnull=True)
                    | ~Q(confirmed_by=F("person")) & ~Q(confirmed_by=F("asked_by"))
                ),
                name="accounts_reset_three_people",
                violation_error_message=_("A reset takes two people besides the one it is for."),
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.asked:%Y-%m-%d}"
