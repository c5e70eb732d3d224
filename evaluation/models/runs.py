"""What the workers did to keep the sums right, for people to see."""

from decimal import Decimal

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cities.models import City
from evaluation.models.rollups import key
from initiatives.models import Initiative
from will_portal.accounts.groups import coordinates, is_researcher


class RollupRunQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All of them for leads, researchers and those who answer for the programme."""
        return self if may_read_runs(user) else self.none()

    def running(self):
        return self.filter(state=RollupRun.State.RUNNING)

    def of_ranges(self):
        """Those that go over the whole log, in ranges."""
        return self.exclude(kind=RollupRun.Kind.UPDATE)


def may_read_runs(user):
    """Whether somebody leads a city, does research or answers for the programme."""
    return user.is_authenticated and (
        coordinates(user) or City.objects.led_by(user).exists() or is_researcher(user)
    )


class RollupRun(models.Model):
    """One piece of work on the sums: bringing them up to date, making them anew, or checking them."""

    class Kind(models.TextChoices):
        UPDATE = "update", _("update")
        REBUILD = "rebuild", _("recomputation")
        AUDIT = "audit", _("check")

    class State(models.TextChoices):
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        INTERRUPTED = "interrupted", _("interrupted")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    state = models.CharField(_("state"), max_length=11, choices=State, default=State.RUNNING)
    started = models.DateTimeField(_("started"), db_default=Now())
    finished = models.DateTimeField(_("finished"), null=True, blank=True)
    # Months of initiatives gone through, and rows of sums written.
    cells = models.BigIntegerField(_("months of initiatives"), default=0)
    rows = models.BigIntegerField(_("sums written"), default=0)
    parked = models.PositiveIntegerField(_("months set apart"), default=0)
    # Of a check, those that wait to be summed or cannot be; of a recomputation, those left to updates.
    left_out = models.BigIntegerField(_("months left out"), default=0)
    differences = models.BigIntegerField(_("differences"), default=0)
    # Why it failed, without values of the log.
    error = models.CharField(_("error"), max_length=300, blank=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked for by"),
    )

    objects = RollupRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["kind"], condition=Q(state="running"), name="evaluation_run_running"),
            models.Index(fields=["kind", "-id"], name="evaluation_run_kind"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(state="running") & ~Q(kind="update"),
                name="evaluation_run_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state="running", finished=None) | ~Q(state="running") & Q(finished__isnull=False),
                name="evaluation_run_finished",
            ),
        ]

    def __str__(self):
        return f"{self.pk} {self.kind}"

    def get_absolute_url(self):
        return reverse("runs:run", args=[self.pk])

    @property
    def has_reservations(self):
        """Whether it is over and not all is right."""
        return bool(self.parked or self.left_out or self.differences)


class RunRange(models.Model):
    """A part of a run over the whole log: these initiatives, from a month to a month, by their first days."""

    run = models.ForeignKey(RollupRun, on_delete=models.CASCADE, related_name="ranges", db_index=False)
    number = models.PositiveIntegerField()
    initiatives = ArrayField(models.BigIntegerField())
    first = models.DateField()
    last = models.DateField()
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("part of a run")
        verbose_name_plural = _("parts of runs")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="evaluation_runrange_once"),
        ]

    def __str__(self):
        return f"{self.run_id} {self.number}"


class ParkedMonth(models.Model):
    """A month of an initiative whose sums cannot be made: set apart, so that it holds up no other."""

    initiative = key(Initiative)
    month = models.DateField(_("month"))
    error = models.CharField(_("error"), max_length=300)
    attempts = models.PositiveIntegerField(_("attempts"), default=1)
    since = models.DateTimeField(_("since"), db_default=Now())
    retry_at = models.DateTimeField(_("next attempt"))

    class Meta:
        verbose_name = _("month set apart")
        verbose_name_plural = _("months set apart")
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "month"], name="evaluation_parkedmonth_once"),
        ]

    def __str__(self):
        return f"{self.initiative_id} {self.month:%Y-%m}"


def as_number(figures, name):
    # Text, where a float would not hold all its digits.
    return Decimal(figures[name]) if name in figures else None


class Drift(models.Model):
    """A sum that was not what the log says, found by a check."""

    class Table(models.TextChoices):
        TOTALS = "totals", _("totals")
        PEOPLE = "people", _("people by sex, age and citizenship")

    run = models.ForeignKey(RollupRun, on_delete=models.CASCADE, related_name="drifts")
    table = models.CharField(_("sums"), max_length=6, choices=Table)
    initiative = key(Initiative)
    month = models.DateField(_("month"))
    # {column: value}; either is empty where there is no such row.
    key = models.JSONField()
    stored = models.JSONField()
    counted = models.JSONField()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.run_id} {self.initiative_id} {self.month:%Y-%m}"

    @property
    def measures(self):
        """The names of the columns that differ."""
        both = self.stored | self.counted
        return [name for name in both if as_number(self.stored, name) != as_number(self.counted, name)]


class Outage(models.Model):
    """From the first failure to the recovery: whoever answers for the programme is told of both, once."""

    class Cause(models.TextChoices):
        PARKED = "parked", _("the sums of a month cannot be made")
        FAILED = "failed", _("a run failed")
        LATE = "late", _("changes of the log wait for too long")
        DRIFT = "drift", _("a check found differences")

    cause = models.CharField(_("cause"), max_length=6, choices=Cause)
    detail = models.CharField(_("error"), max_length=300, blank=True)
    began = models.DateTimeField(_("began"), db_default=Now())
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    # When the mails left.
    began_told = models.DateTimeField(null=True, blank=True)
    ended_told = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("outage")
        verbose_name_plural = _("outages")
        ordering = ["-began"]
        constraints = [
            models.UniqueConstraint(
                fields=["ended"],
                nulls_distinct=False,
                condition=Q(ended=None),
                name="evaluation_outage_one_open",
            ),
            models.CheckConstraint(
                condition=Q(ended=None) | Q(ended__gte=F("began")), name="evaluation_outage_ends_after"
            ),
        ]

    def __str__(self):
        return f"{self.began:%Y-%m-%d %H:%M}"
