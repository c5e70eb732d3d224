import pghistory
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from cities.models.places import City
from will_portal.common.languages import of_reader


class Precision(models.TextChoices):
    """How exactly a date is known. The date stored is the first day of the day, month, season or year."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    SEASON = "season", _("season")
    YEAR = "year", _("year")


# Seasons as meteorologists and statistical offices count them, in whole months.
SEASON_STARTS = [3, 6, 9, 12]


def first_day(field):
    """The condition that the date is the first day of what its precision names."""
    return (
        Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}_precision": Precision.DAY})
        | Q(**{f"{field}_precision": Precision.MONTH, f"{field}__day": 1})
        | Q(
            **{
                f"{field}_precision": Precision.SEASON,
                f"{field}__day": 1,
                f"{field}__month__in": SEASON_STARTS,
            }
        )
        | Q(**{f"{field}_precision": Precision.YEAR, f"{field}__day": 1, f"{field}__month": 1})
    )


def spell(date, precision):
    """Return the date as exactly as it is known: "5 May 2020", "May 2020", "autumn 2019", "2019"."""
    if precision == Precision.DAY:
        return date_format(date, "DATE_FORMAT")
    if precision == Precision.MONTH:
        return date_format(date, "YEAR_MONTH_FORMAT")
    if precision == Precision.YEAR:
        return str(date.year)
    # A winter is named by the year of its December.
    names = {
        3: gettext("spring %(year)s"),
        6: gettext("summer %(year)s"),
        9: gettext("autumn %(year)s"),
        12: gettext("winter %(year)s"),
    }
    return names[date.month] % {"year": date.year}


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["loaded", "reference"],
    level=pghistory.Statement,
)
class ProgrammeMembership(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("city in the programme", "active")
        COMPLETED = "completed", pgettext_lazy("city in the programme", "completed")
        WITHDRAWN = "withdrawn", pgettext_lazy("city in the programme", "withdrawn")

    reference = models.CharField(max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="programme_memberships", verbose_name=_("city")
    )
    joined = models.DateField(
        _("joined the programme"),
        help_text=_(
            "Where only the month, season or year is known: its first day. Autumn begins on 1 September."
        ),
    )
    joined_precision = models.CharField(
        _("joined: how exactly it is known"), max_length=6, choices=Precision, default=Precision.DAY
    )
    left = models.DateField(_("left the programme"), null=True, blank=True)
    left_precision = models.CharField(
        _("left: how exactly it is known"), max_length=6, choices=Precision, default=Precision.DAY
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.ACTIVE)
    reason = models.TextField(
        _("reason"),
        blank=True,
        help_text=_("Why the city left, or why a new one joined. Shown to everybody."),
    )
    source = models.TextField(_("source"), help_text=_("The act, page or publication that says so."))
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    class Meta:
        verbose_name = _("time in the programme")
        verbose_name_plural = _("times in the programme")
        ordering = ["joined", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city"],
                condition=Q(left__isnull=True),
                name="cities_programme_one_open",
                violation_error_message=_("This city is in the programme already: date its exit first."),
            ),
            models.UniqueConstraint(
                fields=["city", "joined"],
                name="cities_programme_once_a_day",
                violation_error_message=_("This city has joined on this day already."),
            ),
            models.CheckConstraint(
                condition=Q(left__isnull=True) | Q(left__gt=F("joined")),
                name="cities_programme_left_after_joined",
                violation_error_message=_("A city leaves after it has joined."),
            ),
            models.CheckConstraint(
                condition=Q(left__isnull=True, status="active")
                | Q(left__isnull=False, status__in=["completed", "withdrawn"]),
                name="cities_programme_left_and_status",
                violation_error_message=_(
                    "Whoever has completed or withdrawn has a date of exit, and whoever is active has none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(left__isnull=True) | ~Q(reason=""),
                name="cities_programme_reason",
                violation_error_message=_("Say why the city left."),
            ),
            models.CheckConstraint(
                condition=first_day("joined") & first_day("left"),
                name="cities_programme_first_day",
                violation_error_message=_(
                    "A month, season or year is written as its first day; seasons begin on the first day of"
                    " March, June, September and December."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.city}, {self.period}"

    @property
    def joined_text(self):
        return spell(self.joined, self.joined_precision)

    @property
    def left_text(self):
        return spell(self.left, self.left_precision) if self.left else ""

    @property
    def period(self):
        if self.left:
            return gettext("from %(start)s to %(end)s") % {"start": self.joined_text, "end": self.left_text}
        return gettext("since %(start)s") % {"start": self.joined_text}

    def clean(self):
        if not (self.city_id and self.joined):
            return
        others = ProgrammeMembership.objects.filter(city=self.city_id, left__gt=self.joined).exclude(
            pk=self.pk
        )
        if self.left:
            others = others.filter(joined__lt=self.left)
        if others.exists():
            raise ValidationError(
                {"joined": _("This city was in the programme at that time already: see its earlier entry.")}
            )


class ProgrammeNoteQuerySet(models.QuerySet):
    def about(self, city):
        """The notes on the city and those on the programme as a whole."""
        return self.filter(Q(city=city) | Q(city=None))


class ProgrammeNote(models.Model):
    """What a source says of the programme, also where it contradicts the dates above."""

    reference = models.CharField(max_length=40, unique=True, null=True, editable=False)  # noqa: DJ001
    city = models.ForeignKey(
        City,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="programme_notes",
        verbose_name=_("city"),
        help_text=_("Empty for what concerns the programme as a whole."),
    )
    text_it = models.TextField(_("text in Italian"))
    text_en = models.TextField(_("text in English"), blank=True)
    dated = models.DateField(
        _("date"), null=True, blank=True, help_text=_("Of the source, where it carries one.")
    )
    source = models.CharField(_("source"), max_length=200)
    source_url = models.URLField(_("address of the source"), max_length=300, blank=True)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = ProgrammeNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note on the programme")
        verbose_name_plural = _("notes on the programme")
        ordering = [F("dated").asc(nulls_last=True), "pk"]

    def __str__(self):
        return self.text

    @property
    def text(self):
        return of_reader(self, "text")
