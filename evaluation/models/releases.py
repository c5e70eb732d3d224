"""What others than a city read of it: numbered releases of its closed months, never rewritten.

A row holds from the release `since` up to, and without, the release `until`; so an old release stays readable
as it was. Only evaluation.releases writes here.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from evaluation.disclosure import KIND, MONTH
from evaluation.models.rollups import key
from initiatives.codes import Basis, CostType, InnovationArea, InnovationLever, PartnerRole, Stage
from initiatives.models import Initiative, InterventionKind
from thirdsector.codes import UserArea
from thirdsector.models import Organisation


class Release(models.Model):
    number = models.PositiveIntegerField(_("number"), primary_key=True)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-number"]

    def __str__(self):
        return str(self.number)

    def get_absolute_url(self):
        return reverse("releases:detail", args=[self.number])


def of_release(label, related_name, **options):
    return models.ForeignKey(
        Release, on_delete=models.PROTECT, related_name=related_name, verbose_name=label, **options
    )


class ReleasedMonth(models.Model):
    """A month of a city that has been closed once: from then on others read it."""

    city = key(City)
    month = models.DateField(_("month"))
    since = of_release(_("first release"), "months")

    class Meta:
        verbose_name = _("released month")
        verbose_name_plural = _("released months")
        constraints = [
            models.UniqueConstraint(fields=["city", "month"], name="evaluation_releasedmonth_once")
        ]

    def __str__(self):
        return f"{self.city_id} {self.month:%Y-%m}"


class ReleaseChange(models.Model):
    """A month of a city that a release brought, or that had been reopened and closed again before it."""

    class What(models.TextChoices):
        NEW = "new", _("published for the first time")
        CORRECTED = "corrected", _("reopened and closed again")

    release = of_release(_("release"), "changes")
    city = key(City)
    month = models.DateField(_("month"))
    what = models.CharField(_("what changed"), max_length=9, choices=What)
    why = models.CharField(_("why"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("change of a release")
        verbose_name_plural = _("changes of releases")
        ordering = ["release", "city", "month"]
        constraints = [
            models.UniqueConstraint(fields=["release", "city", "month"], name="evaluation_releasechange_once")
        ]

    def __str__(self):
        return f"{self.release_id} {self.city_id} {self.month:%Y-%m}"


class VersionedQuerySet(models.QuerySet):
    def at(self, release):
        """The rows of a release, as they were then."""
        number = release.number
        return self.filter(Q(until=None) | Q(until__gt=number), since__lte=number)


class Versioned(models.Model):
    since = of_release(_("first release"), "+")
    until = of_release(_("first release without it"), "+", null=True)

    objects = VersionedQuerySet.as_manager()

    class Meta:
        abstract = True


class Family(models.TextChoices):
    """What is counted together, and protected together; evaluation.families has what each counts."""

    SERVED = "served"
    HOUSEHOLDS = "households"
    CONTACTS = "contacts"
    NEW = "new"
    NEW_SHARE = "new_share"
    ELSEWHERE = "elsewhere"
    WITH_COST = "with_cost"
    SEX = "sex"
    AGE = "age"
    CITIZENSHIP = "citizenship"
    COST = "cost"


HELD = ["since", "until", "is_published", "waits", "counts"]


class ReleasedFigure(Versioned):
    """A part of an initiative (where it is money, of a city) with the counts that are told of it.

    See evaluation.disclosure for the parts. Where it `waits` there are counts that are not told yet.
    """

    family = models.CharField(max_length=11, choices=Family)
    city = key(City)
    initiative = key(Initiative, null=True)
    first = models.DateField()
    last = models.DateField()
    # How many of month, kind and delivering body (of initiative and month, where it is money) are fixed.
    depth = models.PositiveSmallIntegerField()
    kind = key(InterventionKind, null=True)
    delivered_by = key(Organisation, null=True)
    # Of the money of a whole city: whether it is that of its published initiatives or of the others.
    is_published = models.BooleanField(null=True)
    is_divided = models.BooleanField(default=False)
    waits = models.BooleanField(default=False)
    counts = ArrayField(models.DecimalField(max_digits=20, decimal_places=2), default=list)
    # People of the largest entry at least, as follows from the counts; 0 where the parts are told, too.
    largest = models.BigIntegerField(default=0)
    # Never told: what each body delivered of it, to see what an organisation could reckon from a change.
    by_body = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("released figure")
        verbose_name_plural = _("released figures")
        indexes = [
            models.Index(fields=["family", "city", "first"], name="evaluation_figure_city"),
            models.Index(fields=["family", "initiative", "first"], name="evaluation_figure_initiative"),
            # Most questions are answered from these alone: the rows themselves lie far apart.
            models.Index(
                fields=["family", "initiative", "first"],
                include=["last", "city", *HELD, "depth", "is_divided"],
                condition=Q(depth__lte=MONTH),
                name="evaluation_figure_shallow",
            ),
            models.Index(
                fields=["family", "kind", "initiative"],
                include=["first", "last", "city", *HELD],
                condition=Q(depth=KIND),
                name="evaluation_figure_kind",
            ),
            # The least number of people reached is read from it alone.
            models.Index(
                fields=["initiative", "first"],
                include=["last", "city", "since", "until", "largest", "kind", "delivered_by"],
                condition=Q(largest__gt=0),
                name="evaluation_figure_largest",
            ),
        ]

    def __str__(self):
        return f"{self.family} {self.initiative_id or self.city_id} {self.first:%Y-%m}–{self.last:%Y-%m}"


class ReleasedInitiative(Versioned):
    """By what an initiative can be chosen, as it was."""

    initiative = key(Initiative)
    city = key(City)
    code = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    innovation_area = models.CharField(max_length=3, choices=InnovationArea, blank=True)
    innovation_lever = models.CharField(max_length=7, choices=InnovationLever, blank=True)
    user_areas = ArrayField(models.CharField(max_length=6, choices=UserArea), default=list)
    stage = models.CharField(max_length=10, choices=Stage, blank=True)
    is_published = models.BooleanField()
    adapted_from = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("released initiative")
        verbose_name_plural = _("released initiatives")
        indexes = [models.Index(fields=["initiative", "since"], name="evaluation_released_initiative")]

    def __str__(self):
        return self.code


class ReleasedMoney(Versioned):
    """A line of an initiative's budget, as it was."""

    initiative = key(Initiative)
    city = key(City)
    year = models.PositiveSmallIntegerField(null=True)
    cost_type = models.CharField(max_length=10, choices=CostType, blank=True)
    funding_source = models.CharField(max_length=16)
    basis = models.CharField(max_length=9, choices=Basis)
    recurring = models.BooleanField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("released line of a budget")
        verbose_name_plural = _("released lines of budgets")
        indexes = [models.Index(fields=["initiative", "since"], name="evaluation_released_money")]

    def __str__(self):
        return f"{self.initiative_id} {self.year} {self.funding_source}"


class ReleasedPartner(Versioned):
    """An organisation's part in an initiative, as it was."""

    initiative = key(Initiative)
    city = key(City)
    organisation = key(Organisation)
    role = models.CharField(max_length=11, choices=PartnerRole)
    # Its own first and last day in the role; those of the row are releases.
    begun = models.DateField(null=True)
    ended = models.DateField(null=True)

    class Meta:
        verbose_name = _("released partner")
        verbose_name_plural = _("released partners")
        indexes = [models.Index(fields=["initiative", "since"], name="evaluation_released_partner")]

    def __str__(self):
        return f"{self.initiative_id} {self.organisation_id} {self.role}"
