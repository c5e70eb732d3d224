"""What is measured: each indicator once, its words in versions that stay as they were when they held."""

import pghistory
import pgtrigger
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from will_portal.common.languages import of_reader


class Topic(models.TextChoices):
    PEOPLE = "people", _("People")
    ACTIVITY = "activity", _("Activity")
    MONEY = "money", _("Costs and resources")
    NETWORK = "network", _("Partners and diffusion")
    QUALITY = "quality", _("Completeness of the data")


class Direction(models.TextChoices):
    UP = "up", _("higher is better")
    DOWN = "down", _("lower is better")
    NEUTRAL = "neutral", _("neither high nor low is better")


class OverTime(models.TextChoices):
    SUM = "sum", _("periods add up")
    RATIO = "ratio", _("numerators and denominators add up, the rate is made anew")
    POPULATION = "population", _("numerators add up, the residents count once")
    RANGE = "range", _("a range: the same persons may come back")
    DISTINCT = "distinct", _("each counts once in the whole period")
    LAST = "last", _("the state at the end of the period")
    NONE = "none", _("periods are not added up")


class OverPlaces(models.TextChoices):
    SUM = "sum", _("initiatives and cities add up")
    RATIO = "ratio", _("numerators and denominators add up, the rate is made anew")
    RANGE = "range", _("a range: the same persons may be in several initiatives")
    DISTINCT = "distinct", _("each counts once in all places together")


class Protection(models.TextChoices):
    PEOPLE = "people", _("small numbers of people are not shown")
    MONEY = "money", _("money that would tell of one organisation is not shown")
    NONE = "none", _("nothing needs to be hidden")


class Source(models.TextChoices):
    LOG = "log", _("log of the initiatives")
    MONEY = "money", _("budgets of the initiatives")
    PARTNERS = "partners", _("partners and links of the initiatives")
    CONTEXT = "context", _("context figures")


class Frequency(models.TextChoices):
    MONTH = "month", _("every month")
    YEAR = "year", _("every year")


def one_of(table, field, choices):
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": choices.values}),
        name=f"evaluation_{table}_{field}",
        violation_error_message=_("Choose among the values offered."),
    )


class IndicatorQuerySet(models.QuerySet):
    def with_current(self):
        """Those that hold today, each with its `current` version."""
        return self.as_on(timezone.localdate())

    def as_on(self, day):
        """Those that held on a day, each with the version of then as its `current` one."""
        versions = IndicatorVersion.objects
        held = versions.valid_on(day).filter(indicator=OuterRef("pk"))
        return self.filter(Exists(held)).prefetch_related(
            Prefetch("versions", versions.latest_on(day), to_attr="current_versions")
        )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["loaded"],
    level=pghistory.Statement,
)
class Indicator(models.Model):
    """A name for good: pages, addresses and downloads know the indicator by its code."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Stays as it is: files and links name it."))
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    topic = models.CharField(_("topic"), max_length=8, choices=Topic)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position", "code"]
        constraints = [one_of("indicator", "topic", Topic)]

    def __str__(self):
        return self.code

    def get_absolute_url(self):
        return reverse("indicators:detail", args=[self.code])

    @property
    def current(self):
        """The version that holds today, of an indicator fetched `with_current`."""
        return self.current_versions[0]


CHOICES = [
    ("direction", Direction),
    ("over_time", OverTime),
    ("over_places", OverPlaces),
    ("protection", Protection),
    ("source", Source),
    ("frequency", Frequency),
]


class IndicatorVersionQuerySet(models.QuerySet):
    def valid_on(self, day):
        """Those that held on a day or had held before; of each indicator the latest counts."""
        return self.filter(valid_from__lte=day)

    def latest_on(self, day):
        """The one of each indicator that counts on a day."""
        return self.valid_on(day).order_by("indicator_id", "-valid_from").distinct("indicator_id")


def in_language(field):
    return property(lambda version: of_reader(version, field))


def both_or_neither(one, other, name, message):
    return models.CheckConstraint(
        condition=Q(**{one: "", other: ""}) | ~Q(**{one: ""}) & ~Q(**{other: ""}),
        name=f"evaluation_indicatorversion_{name}",
        violation_error_message=message,
    )


@pghistory.track(
    pghistory.InsertEvent(), pghistory.DeleteEvent(), exclude=["loaded"], level=pghistory.Statement
)
class IndicatorVersion(models.Model):
    """What an indicator says from a day on. Never rewritten: a correction is a new one with its reason."""

    indicator = models.ForeignKey(
        Indicator, on_delete=models.CASCADE, related_name="versions", verbose_name=_("indicator")
    )
    number = models.PositiveSmallIntegerField(
        _("version"), default=1, editable=False, validators=[MinValueValidator(1)]
    )
    valid_from = models.DateField(_("holds from"))
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    definition_it = models.TextField(_("definition in Italian"))
    definition_en = models.TextField(_("definition in English"))
    why_it = models.TextField(_("why it matters, in Italian"))
    why_en = models.TextField(_("why it matters, in English"))
    limits_it = models.TextField(_("what it does not say, in Italian"))
    limits_en = models.TextField(_("what it does not say, in English"))
    unit_it = models.CharField(_("unit in Italian"), max_length=60)
    unit_en = models.CharField(_("unit in English"), max_length=60)
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), validators=[MaxValueValidator(4)])
    direction = models.CharField(_("direction"), max_length=7, choices=Direction)
    numerator_it = models.TextField(_("numerator in Italian"), blank=True)
    numerator_en = models.TextField(_("numerator in English"), blank=True)
    denominator_it = models.TextField(_("denominator in Italian"), blank=True)
    denominator_en = models.TextField(_("denominator in English"), blank=True)
    over_time = models.CharField(_("over longer periods"), max_length=10, choices=OverTime)
    over_places = models.CharField(_("over several places"), max_length=8, choices=OverPlaces)
    counting_it = models.TextField(_("what counts once, in Italian"))
    counting_en = models.TextField(_("what counts once, in English"))
    protection = models.CharField(_("protection"), max_length=6, choices=Protection)
    source = models.CharField(_("source"), max_length=8, choices=Source)
    frequency = models.CharField(_("how often"), max_length=5, choices=Frequency)
    reference = models.CharField(
        _("where the definition comes from"), max_length=200, blank=True, help_text=_("For instance WILL-01.")
    )
    change_reason_it = models.TextField(_("why it changed, in Italian"), blank=True)
    change_reason_en = models.TextField(_("why it changed, in English"), blank=True)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    name = in_language("name")
    definition = in_language("definition")
    why = in_language("why")
    limits = in_language("limits")
    unit = in_language("unit")
    numerator = in_language("numerator")
    denominator = in_language("denominator")
    counting = in_language("counting")
    change_reason = in_language("change_reason")

    objects = IndicatorVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of an indicator")
        verbose_name_plural = _("versions of indicators")
        ordering = ["indicator", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "number"],
                name="evaluation_indicatorversion_number",
                violation_error_message=_("Somebody has just added a version: look at it first."),
            ),
            # Of any day there is one latest version, and so one in force.
            models.UniqueConstraint(
                fields=["indicator", "valid_from"],
                name="evaluation_indicatorversion_one_a_day",
                violation_error_message=_("A version of this indicator holds from this day already."),
            ),
            models.CheckConstraint(
                condition=Q(number=1) | ~Q(change_reason_it=""),
                name="evaluation_indicatorversion_reason",
                violation_error_message=_("Say why the definition changes: readers will ask."),
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=4),
                name="evaluation_indicatorversion_decimals",
                violation_error_message=_("Figures are shown with four decimals at most."),
            ),
            both_or_neither(
                "change_reason_it", "change_reason_en", "reasons", _("Write the reason in both languages.")
            ),
            both_or_neither(
                "numerator_it", "numerator_en", "numerators", _("Write the numerator in both languages.")
            ),
            both_or_neither(
                "denominator_it",
                "denominator_en",
                "denominators",
                _("Write the denominator in both languages."),
            ),
            both_or_neither(
                "numerator_it", "denominator_it", "rate", _("A rate has a numerator and a denominator.")
            ),
            *(one_of("indicatorversion", field, choices) for field, choices in CHOICES),
        ]
        triggers = [pgtrigger.ReadOnly(name="evaluation_indicator_words_stay", exclude=["loaded"])]

    def __str__(self):
        return f"{self.name} ({self.number})"

    def clean(self):
        """Number a new version, which must hold from a later day than the last."""
        latest = self.indicator.versions.first() if self._state.adding and self.indicator_id else None
        if latest:
            self.number = latest.number + 1
            if self.valid_from and self.valid_from <= latest.valid_from:
                raise ValidationError(
                    {"valid_from": _("A new version holds from a later day than the last.")}
                )

    @property
    def is_upcoming(self):
        return self.valid_from > timezone.localdate()
