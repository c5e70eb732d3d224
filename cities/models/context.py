import pghistory
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from cities.models.places import City
from will_portal.common.languages import of_reader

# The kingdom's first census, and a year after which a figure can only be a slip of the pen.
FIRST_YEAR, LAST_YEAR = 1861, 2100


class ContextSeriesQuerySet(models.QuerySet):
    def with_sources(self):
        """With `sources` and `licences`, the different ones of its figures."""
        return self.annotate(
            sources=ArrayAgg(
                "figures__source", distinct=True, filter=Q(figures__isnull=False), default=Value([])
            ),
            licences=ArrayAgg(
                "figures__licence", distinct=True, filter=Q(figures__isnull=False), default=Value([])
            ),
        )


class ContextSeries(models.Model):
    """A statistic about cities that the portal does not make itself, described once for all its years.

    None has a direction: a younger population is not a better one.
    """

    class Level(models.TextChoices):
        MUNICIPAL = "municipal", _("municipality")
        PROVINCIAL = "provincial", _("province")

    class Topic(models.TextChoices):
        POPULATION = "population", _("Population")
        AGE = "age", _("Age structure")
        BIRTHS = "births", _("Births, marriages and deaths")
        CHANGE = "change", _("Growth and moves")

    code = models.SlugField(_("code"), unique=True, help_text=_("Stays as it is: files and links name it."))
    position = models.PositiveSmallIntegerField(_("place in lists"), default=0)
    topic = models.CharField(_("topic"), max_length=10, choices=Topic)
    level = models.CharField(_("what the figures describe"), max_length=10, choices=Level)
    name_it = models.CharField(_("name in Italian"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    definition_it = models.TextField(_("definition in Italian"))
    definition_en = models.TextField(_("definition in English"))
    unit_it = models.CharField(_("unit in Italian"), max_length=60)
    unit_en = models.CharField(_("unit in English"), max_length=60)
    decimals = models.PositiveSmallIntegerField(_("decimals shown"), validators=[MaxValueValidator(4)])
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = ContextSeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("context series")
        verbose_name_plural = _("context series")
        ordering = ["position", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__in=["municipal", "provincial"]),
                name="cities_contextseries_level",
                violation_error_message=_("Choose municipality or province."),
            ),
            models.CheckConstraint(
                condition=Q(decimals__lte=4),
                name="cities_contextseries_decimals",
                violation_error_message=_("Figures are kept with four decimals at most."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def name(self):
        return of_reader(self, "name")

    @property
    def definition(self):
        return of_reader(self, "definition")

    @property
    def unit(self):
        return of_reader(self, "unit")

    @property
    def is_provincial(self):
        return self.level == self.Level.PROVINCIAL


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["loaded"],
    level=pghistory.Statement,
)
class ContextFigure(models.Model):
    city = models.ForeignKey(
        City, on_delete=models.CASCADE, related_name="context_figures", verbose_name=_("city")
    )
    series = models.ForeignKey(
        ContextSeries, on_delete=models.PROTECT, related_name="figures", verbose_name=_("series")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=4)
    source = models.CharField(_("source"), max_length=200)
    licence = models.CharField(_("licence"), max_length=60)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    class Meta:
        verbose_name = _("context figure")
        verbose_name_plural = _("context figures")
        ordering = ["series", "city", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "city", "year"],
                name="cities_contextfigure_once",
                violation_error_message=_("This city has a figure of this series for this year already."),
            ),
            models.CheckConstraint(
                condition=Q(year__range=(FIRST_YEAR, LAST_YEAR)),
                name="cities_contextfigure_year",
                violation_error_message=_("Write the year with four digits."),
            ),
        ]

    def __str__(self):
        return f"{self.city}, {self.series}, {self.year}"
