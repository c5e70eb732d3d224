from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from initiatives import triggers
from initiatives.calendar import FIRST_DAY, LAST_DAY, months_before
from initiatives.notes import refuse_personal_data
from will_portal.accounts.models.invitations import together


class MonthClosingQuerySet(models.QuerySet):
    def in_force(self):
        return self.filter(reopened_at=None)

    def of(self, city_id, month):
        return self.in_force().filter(city=city_id, month=month)


class MonthClosing(models.Model):
    """A city declares a month's log complete; reopened and closed again, it has a row for each time."""

    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="month_closings", verbose_name=_("city")
    )
    month = models.DateField(_("month"), help_text=_("Its first day."))
    closed_at = models.DateTimeField(_("closed"), default=timezone.now)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("closed by"),
        help_text=_("Empty if the month closed by itself."),
    )
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("reopened by"),
    )
    reopen_reason = models.CharField(
        _("why it is reopened"), max_length=300, blank=True, validators=[refuse_personal_data]
    )

    objects = MonthClosingQuerySet.as_manager()

    class Meta:
        verbose_name = _("closing of a month")
        verbose_name_plural = _("closings of months")
        ordering = ["-month", "-closed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "month"],
                condition=Q(reopened_at=None),
                name="initiatives_monthclosing_one_in_force",
                violation_error_message=_("This month is closed already."),
            ),
            models.CheckConstraint(
                condition=Q(month__day=1),
                name="initiatives_monthclosing_first_day",
                violation_error_message=_("A month is written as its first day."),
            ),
            together(
                "reopened_at",
                "reopened_by",
                "initiatives_monthclosing_reopened",
                _("Who reopened a month and when are known together."),
            ),
            models.CheckConstraint(
                condition=Q(reopened_at=None, reopen_reason="")
                | Q(reopened_at__gte=F("closed_at")) & ~Q(reopen_reason=""),
                name="initiatives_monthclosing_reason",
                violation_error_message=_("Say why the month is reopened."),
            ),
        ]
        triggers = triggers.of_closings()

    def __str__(self):
        return f"{self.city_id} {self.month:%Y-%m}"

    @property
    def days_after_end(self):
        return (timezone.localdate(self.closed_at) - months_before(self.month, -1)).days


class ChangedMonth(models.Model):
    """A mark: the figures of this month of this initiative have changed and wait to be summed anew.

    Written by triggers alone, whatever the writer. No unique key and no foreign key: either would make a form
    wait behind an import.
    """

    initiative_id = models.BigIntegerField()
    month = models.DateField()
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("changed month")
        verbose_name_plural = _("changed months")
        constraints = [
            models.CheckConstraint(
                condition=Q(month__day=1, month__range=(FIRST_DAY, LAST_DAY)),
                name="initiatives_changedmonth_first_day",
                violation_error_message=_("A month is written as its first day."),
            )
        ]

    def __str__(self):
        return f"{self.initiative_id} {self.month:%Y-%m}"
