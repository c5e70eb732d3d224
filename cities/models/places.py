import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.functions import Joined, SearchKey, SortKey
from cities.geometry import validate_shape
from will_portal.accounts.groups import coordinates

# \A and \Z mean the same to Python and to PostgreSQL, so that form and constraint share one pattern.
REGION_CODE = RegexValidator(r"\A[0-9]{2}\Z", _("Write the region code as two digits, as in 08."))
CITY_CODE = RegexValidator(r"\A[0-9]{6}\Z", _("Write the ISTAT code as six digits, zeros in front included."))
CADASTRAL_CODE = RegexValidator(
    r"\A[A-Z][0-9]{3}\Z", _("Write the cadastral code as a capital letter and three digits, as in G337.")
)
PROVINCE_ABBR = RegexValidator(r"\A[A-Z]{2}\Z", _("Write the province as two capital letters, as in PR."))
NUTS3 = RegexValidator(r"\AIT[A-Z][0-9A-Z]{2}\Z", _("Write the NUTS 3 code as in ITH52."))
SHAPES = ["Polygon", "MultiPolygon"]
# Limits of Italy in whole degrees: enough to notice that somebody swapped the two.
SOUTH, NORTH, WEST, EAST = 35, 48, 6, 19


def matches(field, validator, name):
    return models.CheckConstraint(
        condition=Q(**{f"{field}__regex": validator.regex.pattern}),
        name=name,
        violation_error_message=validator.message,
    )


class RegionQuerySet(models.QuerySet):
    def with_members(self):
        """The regions of the cities in the programme, each with these cities but not their boundaries."""
        cities = City.objects.in_programme()
        located = Exists(cities.filter(region=OuterRef("istat_code")))
        members = Prefetch("cities", cities.defer("boundary", "loaded"), to_attr="members")
        return self.filter(located).defer("loaded").prefetch_related(members)


class Region(models.Model):
    istat_code = models.CharField(_("ISTAT code"), max_length=2, unique=True, validators=[REGION_CODE])
    name = models.CharField(_("name"), max_length=60, unique=True)
    outline = models.JSONField(_("outline"), validators=[validate_shape], help_text=_("GeoJSON, WGS 84."))
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        # ISTAT numbers the regions from north to south: the order in which Italian statistics list them.
        ordering = ["istat_code"]
        constraints = [
            matches("istat_code", REGION_CODE, "cities_region_istat_code"),
            models.CheckConstraint(
                condition=Q(outline__has_key="type", outline__type__in=SHAPES),
                name="cities_region_outline_polygon",
                violation_error_message=_("The outline must be a polygon."),
            ),
        ]

    def __str__(self):
        return self.name


class CityQuerySet(models.QuerySet):
    def without_shapes(self):
        """For lists: the cities with their regions, without the kilobytes that only drawings need."""
        return self.select_related("region").defer("boundary", "loaded", "region__outline", "region__loaded")

    def in_programme(self):
        """The cities that are in the programme today."""
        today = timezone.localdate()
        stays = models.Q(programme_memberships__left=None) | models.Q(programme_memberships__left__gt=today)
        return self.filter(stays, programme_memberships__joined__lte=today)

    def spelled_like(self, text):
        """The cities one of whose names contains the text, whatever the accents, capitals and punctuation."""
        spellings = Concat("name", Value("|"), "official_name", Value("|"), Joined("aliases"))
        return self.alias(spellings=SearchKey(spellings)).filter(spellings__contains=SearchKey(Value(text)))

    def worked_in_by(self, user):
        """The cities for which somebody works now, in whatever role."""
        return self.filter(memberships__user=user, memberships__until=None) if user.is_active else self.none()

    def led_by(self, user):
        led = models.Q(memberships__user=user, memberships__until=None, memberships__role="lead")
        return self.filter(led) if user.is_active else self.none()

    def overseen_by(self, user):
        """The cities whose people somebody looks after."""
        return self.all() if coordinates(user) else self.led_by(user)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["loaded", "sort_key"],
    level=pghistory.Statement,
)
class City(models.Model):
    class LabelSide(models.TextChoices):
        RIGHT = "right", _("right")
        LEFT = "left", _("left")
        ABOVE = "above", _("above")
        BELOW = "below", _("below")

    cadastral_code = models.CharField(
        _("cadastral code"),
        max_length=4,
        unique=True,
        validators=[CADASTRAL_CODE],
        help_text=_("Stays the same for as long as the municipality exists; ISTAT codes change."),
    )
    istat_code = models.CharField(_("ISTAT code"), max_length=6, unique=True, validators=[CITY_CODE])
    name = models.CharField(_("name"), max_length=100)
    official_name = models.CharField(
        _("official name"),
        max_length=100,
        blank=True,
        help_text=_("Only where it differs from the name in use."),
    )
    sort_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.CharField(max_length=100, db_collation="C"),
        db_persist=True,
    )
    slug = models.SlugField(
        _("name in addresses"),
        unique=True,
        help_text=_("Changing it breaks the links that people have kept."),
    )
    aliases = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("other spellings"),
        default=list,
        blank=True,
        help_text=_("Spellings met in other people's files, separated by commas."),
    )
    region = models.ForeignKey(
        Region,
        on_delete=models.PROTECT,
        to_field="istat_code",
        related_name="cities",
        verbose_name=_("region"),
    )
    province = models.CharField(_("province"), max_length=60)
    province_abbr = models.CharField(_("province abbreviation"), max_length=2, validators=[PROVINCE_ABBR])
    nuts3 = models.CharField(_("NUTS 3 code"), max_length=5, validators=[NUTS3])
    area_km2 = models.DecimalField(_("area in km²"), max_digits=9, decimal_places=4)
    lat = models.FloatField(_("latitude"), validators=[MinValueValidator(SOUTH), MaxValueValidator(NORTH)])
    lon = models.FloatField(_("longitude"), validators=[MinValueValidator(WEST), MaxValueValidator(EAST)])
    label_side = models.CharField(
        _("side of the name on the map"), max_length=5, choices=LabelSide, default=LabelSide.RIGHT
    )
    boundary = models.JSONField(
        _("boundary"), null=True, blank=True, validators=[validate_shape], help_text=_("GeoJSON, WGS 84.")
    )
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = CityQuerySet.as_manager()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["sort_key", "cadastral_code"]
        constraints = [
            matches("cadastral_code", CADASTRAL_CODE, "cities_city_cadastral_code"),
            matches("istat_code", CITY_CODE, "cities_city_istat_code"),
            matches("province_abbr", PROVINCE_ABBR, "cities_city_province_abbr"),
            matches("nuts3", NUTS3, "cities_city_nuts3"),
            models.CheckConstraint(
                condition=Q(area_km2__gt=0),
                name="cities_city_area_positive",
                violation_error_message=_("The area must be above zero."),
            ),
            models.CheckConstraint(
                condition=Q(lat__range=(SOUTH, NORTH), lon__range=(WEST, EAST)),
                name="cities_city_in_italy",
                violation_error_message=_("This point is not in Italy: are latitude and longitude swapped?"),
            ),
            models.CheckConstraint(
                condition=Q(label_side__in=["right", "left", "above", "below"]),
                name="cities_city_label_side",
                violation_error_message=_("Choose one of the four sides."),
            ),
            models.CheckConstraint(
                condition=Q(boundary__isnull=True) | Q(boundary__has_key="type", boundary__type__in=SHAPES),
                name="cities_city_boundary_polygon",
                violation_error_message=_("The boundary must be a polygon."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("cities:detail", args=[self.slug])

    def clean(self):
        super().clean()
        # It stands in subjects of mails, where a new line would begin the message.
        self.name = " ".join(self.name.split())
