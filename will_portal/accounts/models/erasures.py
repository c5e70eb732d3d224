from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.models.invitations import together


class ErasureRequestQuerySet(models.QuerySet):
    def open(self):
        return self.filter(done__isnull=True, withdrawn__isnull=True)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    level=pghistory.Statement,
)
class ErasureRequest(models.Model):
    """Somebody asked to be forgotten: they may take it back until somebody else has carried it out."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("person")
    )
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    withdrawn = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    done = models.DateTimeField(_("done"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("done by"),
    )

    objects = ErasureRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for erasure")
        verbose_name_plural = _("requests for erasure")
        ordering = ["asked"]
        constraints = [
            together(
                "done",
                "done_by",
                "accounts_erasure_done_by",
                _("Who carried out an erasure and when are known together."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(done__isnull=True, withdrawn__isnull=True),
                name="accounts_erasure_one_open",
                violation_error_message=_("This person has asked already."),
            ),
            models.CheckConstraint(
                condition=Q(done__isnull=True) | Q(withdrawn__isnull=True),
                name="accounts_erasure_one_end",
                violation_error_message=_("A request is carried out or withdrawn, not both."),
            ),
            models.CheckConstraint(
                condition=Q(done_by__isnull=True) | ~Q(done_by=F("person")),
                name="accounts_erasure_two_people",
                violation_error_message=_("Nobody carries out their own erasure."),
            ),
        ]

    def __str__(self):
        return f"{self.person_id} {self.asked:%Y-%m-%d}"
