import re
import unicodedata
from functools import reduce
from operator import and_
from uuid import uuid4

import pghistory
from django.db import models
from django.db.models import Exists, Func, OuterRef, Prefetch, Q, Value
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cities.functions import SearchKey, SortKey
from cities.models import City
from cities.models.places import PROVINCE_ABBR, matches
from thirdsector import activity
from thirdsector.codes import LegalForm, RuntsSection
from thirdsector.fiscal_codes import FISCAL_CODE, validate_fiscal_code
from will_portal.accounts.groups import coordinates, is_administrator


class Unaccented(Func):
    """A text in small letters without accents, its words still apart."""

    template = r"regexp_replace(lower(normalize(%(expressions)s, NFKD)), '[\u0300-\u036f]', '', 'g')"
    arity = 1
    output_field = models.CharField()


def stems(text):
    """Return the beginnings of the words of a text; those of one or two letters tell nothing."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text.lower()))
    # "cooperativa" and "cooperative" differ in the end alone; three letters are the least that tells.
    return [re.sub(r"(?<=\w{3})[aeiou]+$", "", word) for word in re.findall(r"[^\W_]{3,}", plain)]


class OrganisationQuerySet(models.QuerySet):
    def spelled_like(self, text):
        """The organisations whose name contains the text, whatever the accents, capitals and punctuation."""
        return self.alias(spelling=SearchKey("name")).filter(spelling__contains=SearchKey(Value(text)))

    def matching(self, text):
        """Those spelled like the text, and those in whose name each of its words begins one, in any form."""
        alike = Q(pk__in=Organisation.objects.spelled_like(text).values("pk"))
        words = [Q(words__regex=rf"\m{stem}") for stem in stems(text)]
        return self.alias(words=Unaccented("name")).filter(alike | reduce(and_, words) if words else alike)

    def with_city_names(self):
        """With the cities where they are active, but without the kilobytes of the cities' boundaries."""
        return self.prefetch_related(Prefetch("cities", City.objects.without_shapes()))

    def worked_in_by(self, user):
        """The organisations for which somebody acts now, in whatever role."""
        return self.filter(memberships__user=user, memberships__until=None) if user.is_active else self.none()

    def represented_by(self, user):
        own = Q(memberships__user=user, memberships__until=None, memberships__role="representative")
        return self.filter(own) if user.is_active else self.none()

    def overseen_by(self, user):
        """Those whose people somebody looks after: the ones they represent, or all."""
        if is_administrator(user):
            return self
        return self.filter(pk__in=Organisation.objects.represented_by(user).values("pk"))

    def without_representative(self):
        present = Organisation.objects.filter(
            memberships__until=None, memberships__role="representative", memberships__user__is_active=True
        )
        return self.exclude(pk__in=present.values("pk"))

    def opened_by(self, user):
        """Those still without a representative to which somebody may bring the first.

        A lead only where they lead every city: a representative sees what the organisation does in all.
        """
        waiting = self.without_representative()
        if coordinates(user):
            return waiting
        led = City.objects.led_by(user).values("pk")
        # What it does in a city counts for that city even where nobody marked it.
        ties = [Organisation.cities.through.objects.filter(organisation=OuterRef("pk"))]
        ties += activity.ties_of(OuterRef("pk"))
        elsewhere = [~Exists(rows.exclude(city__in=led)) for rows in ties]
        return waiting.active_where_led_by(user).filter(*elsewhere)

    def active_where_led_by(self, user):
        """Those marked for a city that somebody leads."""
        active = Organisation.cities.through.objects.filter(
            organisation=OuterRef("pk"), city__in=City.objects.led_by(user).values("pk")
        )
        return self.filter(Exists(active))

    def editable_by(self, user):
        """Those whose facts somebody states: they represent them, or look after them for want of others."""
        if coordinates(user):
            return self
        own = Organisation.objects.represented_by(user).values("pk")
        unspoken = Organisation.objects.opened_by(user).values("pk")
        return self.filter(Q(pk__in=own) | Q(pk__in=unspoken))

    def placeable_by(self, user):
        """Those of which somebody says at least in which of their own cities they are active."""
        if coordinates(user):
            return self
        marked = Organisation.objects.active_where_led_by(user).values("pk")
        return self.filter(Q(pk__in=marked) | Q(pk__in=Organisation.objects.editable_by(user).values("pk")))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["loaded", "sort_key"],
    level=pghistory.Statement,
)
class Organisation(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", _("to be verified")
        VERIFIED = "verified", _("verified")
        CLOSED = "closed", _("closed")

    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    name = models.CharField(_("name"), max_length=200)
    sort_key = models.GeneratedField(
        expression=SortKey("name"),
        output_field=models.CharField(max_length=200, db_collation="C"),
        db_persist=True,
    )
    fiscal_code = models.CharField(
        _("fiscal code"),
        max_length=11,
        unique=True,
        validators=[validate_fiscal_code],
        help_text=_("Eleven digits, zeros in front included."),
        error_messages={"unique": _("An organisation with this fiscal code is already in the directory.")},
    )
    legal_form = models.CharField(_("legal form"), max_length=6, choices=LegalForm, blank=True)
    runts_section = models.CharField(
        _("section of the RUNTS"),
        max_length=1,
        choices=RuntsSection,
        blank=True,
        help_text=_("RUNTS is the national register of the Third Sector."),
    )
    runts_number = models.PositiveIntegerField(
        _("number in the RUNTS"), null=True, blank=True, unique=True, help_text=_("Its repertorio.")
    )
    seat = models.CharField(_("municipality of the seat"), max_length=100)
    seat_province = models.CharField(
        _("province of the seat"),
        max_length=2,
        validators=[PROVINCE_ABBR],
        help_text=_("Two letters, as in PR."),
    )
    cities = models.ManyToManyField(
        City, blank=True, related_name="organisations", verbose_name=_("cities where it is active")
    )
    website = models.URLField(_("website"), blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.PENDING)
    source = models.CharField(_("source"), max_length=200, blank=True)
    invented = models.BooleanField(_("invented for the demonstration"), default=False, editable=False)
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["sort_key", "fiscal_code"]
        indexes = [models.Index(fields=["sort_key", "fiscal_code"], name="thirdsector_organisation_sort")]
        constraints = [
            matches("fiscal_code", FISCAL_CODE, "thirdsector_organisation_fiscal_code"),
            matches("seat_province", PROVINCE_ABBR, "thirdsector_organisation_province"),
            models.CheckConstraint(
                condition=Q(legal_form="") | Q(legal_form__in=LegalForm.values),
                name="thirdsector_organisation_legal_form",
                violation_error_message=_("Choose one of the legal forms."),
            ),
            models.CheckConstraint(
                condition=Q(runts_section="") | Q(runts_section__in=RuntsSection.values),
                name="thirdsector_organisation_runts_section",
                violation_error_message=_("Choose one of the sections."),
            ),
            models.CheckConstraint(
                condition=Q(runts_number=None) | ~Q(runts_section=""),
                name="thirdsector_organisation_runts_both",
                violation_error_message=_("A number in the RUNTS belongs to a section: choose it as well."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "verified", "closed"]),
                name="thirdsector_organisation_status",
                violation_error_message=_("Choose one of the states."),
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("thirdsector:detail", args=[self.public_id])

    def clean(self):
        super().clean()
        # It stands in subjects of mails, where a new line would begin the message.
        self.name = " ".join(self.name.split())
