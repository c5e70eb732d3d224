from decimal import Decimal
from uuid import uuid4

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from initiatives import triggers
from initiatives.calendar import FIRST_DAY, LAST_DAY
from initiatives.codes import AgeBand, Citizenship, Sex
from initiatives.models.initiatives import initiative_key, proceeding_city
from initiatives.models.partners import Partner
from initiatives.models.vocabularies import InterventionKind
from initiatives.notes import refuse_identities, refuse_personal_data
from thirdsector.models import Organisation
from will_portal.accounts.models.invitations import together

# One entry is a delivery, or a month of them: more is a slip of the keyboard.
MOST = 99_999
AMOUNTS = ["hours", "volunteer_hours", "cost"]


def count(label, **options):
    validators = [MaxValueValidator(MOST, _("Above 99,999 is surely a slip: check the number."))]
    return models.PositiveIntegerField(label, null=True, blank=True, validators=validators, **options)


def amount(label, digits, **options):
    return models.DecimalField(
        label,
        max_digits=digits,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
        **options,
    )


def person(label, **options):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=label,
        **options,
    )


def moment(label):
    return models.DateTimeField(label, null=True, blank=True, editable=False)


def sometime(label):
    # Of millions of rows few have one; nobody lists by it.
    return person(label, null=True, blank=True, db_index=False)


class InterventionQuerySet(models.QuerySet):
    def present(self):
        return self.filter(withdrawn_at=None)

    def confirmed(self):
        """What counts: confirmed, and not withdrawn since."""
        return self.present().exclude(confirmed_at=None)

    def to_confirm(self):
        return self.present().filter(confirmed_at=None, returned_at=None)

    def returned(self):
        return self.present().exclude(returned_at=None)

    def visible_to(self, user):
        """Of their city, of an organisation that they represent, or, for its members, their own."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(city__in=City.objects.worked_in_by(user).values("pk")) | self.of_organisations(user)
        )

    def of_organisations(self, user):
        represented = Organisation.objects.represented_by(user).values("pk")
        joined = Organisation.objects.worked_in_by(user).values("pk")
        return Q(delivered_by__in=represented) | Q(delivered_by__in=joined, entered_by=user)

    def editable_by(self, user):
        """What somebody may change while its month is open: all of their city, or what their organisation
        delivered to an initiative of which it still is an implementing body.
        """
        if not user.is_authenticated:
            return self.none()
        implementing = Partner.objects.implementing().current()
        still = implementing.filter(initiative=OuterRef("initiative"), organisation=OuterRef("delivered_by"))
        in_cities = Q(city__in=City.objects.worked_in_by(user).values("pk"))
        return self.present().filter(in_cities | self.of_organisations(user) & Exists(still))

    def confirmable_by(self, user):
        """What partners entered, for the city to confirm or to return; nobody confirms for their own body."""
        cities = City.objects.worked_in_by(user).values("pk")
        own = Organisation.objects.worked_in_by(user).values("pk")
        return self.to_confirm().filter(city__in=cities).exclude(delivered_by__in=own)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    # Free words may name somebody in spite of all, and history cannot be made to forget them.
    exclude=["note", "place", "return_note", "withdraw_reason"],
    level=pghistory.Statement,
)
class Intervention(models.Model):
    """One line of the log: what was delivered on a day, or in a month, in counts and without identities."""

    # Chosen by the form before it is sent, so that a second submission finds the first.
    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    initiative = initiative_key("interventions", db_index=False)
    city = proceeding_city(db_index=False)
    day = models.DateField(_("day"))
    whole_month = models.BooleanField(_("whole month"), default=False)
    kind = models.ForeignKey(
        InterventionKind, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("kind")
    )
    place = models.CharField(_("place"), max_length=100, blank=True, validators=[refuse_personal_data])
    delivered_by = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("delivered by"),
    )
    people_served = count(_("people served"))
    new_people = count(_("of whom new to the initiative"))
    living_elsewhere = count(_("of whom living elsewhere"))
    households = count(_("households"), help_text=_("Where households are served; never added to people."))
    contacts = count(_("contacts"), help_text=_("Where only contacts are counted; never added to people."))
    hours = amount(_("hours of staff"), 8)
    volunteer_hours = amount(_("hours of volunteers"), 8)
    cost = amount(_("cost (EUR)"), 14)
    note = models.CharField(
        _("note"),
        max_length=500,
        blank=True,
        validators=[refuse_personal_data],
        help_text=_("No names, no tax codes, nothing about single persons."),
    )
    reference = models.CharField(
        _("reference"),
        max_length=64,
        blank=True,
        validators=[refuse_identities],
        help_text=_("The number of this row in your own files."),
    )
    entered_by = person(_("entered by"), db_index=False)
    entered_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    confirmed_by = sometime(_("confirmed by"))
    confirmed_at = moment(_("confirmed"))
    returned_by = sometime(_("returned by"))
    returned_at = moment(_("returned"))
    return_note = models.CharField(
        _("what to correct"), max_length=500, blank=True, validators=[refuse_personal_data]
    )
    withdrawn_by = sometime(_("withdrawn by"))
    withdrawn_at = moment(_("withdrawn"))
    withdraw_reason = models.CharField(
        _("why it is withdrawn"), max_length=300, blank=True, validators=[refuse_personal_data]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = InterventionQuerySet.as_manager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log entries")
        ordering = ["-day", "-id"]
        indexes = [
            # One for each list that goes by day, so that its first page and its thousandth cost the same.
            models.Index("initiative", F("day").desc(), F("id").desc(), name="initiatives_log_initiative"),
            models.Index("city", F("day").desc(), F("id").desc(), name="initiatives_log_city"),
            models.Index("city", "kind", F("day").desc(), F("id").desc(), name="initiatives_log_kind"),
            models.Index(
                "delivered_by",
                F("day").desc(),
                F("id").desc(),
                condition=~Q(delivered_by=None),
                name="initiatives_log_organisation",
            ),
            models.Index(
                "city",
                F("day").desc(),
                F("id").desc(),
                condition=Q(confirmed_at=None),
                name="initiatives_log_unconfirmed",
            ),
            models.Index(
                "delivered_by",
                F("day").desc(),
                F("id").desc(),
                condition=Q(confirmed_at=None) & ~Q(delivered_by=None),
                name="initiatives_log_body_waits",
            ),
            models.Index(
                "city",
                F("day").desc(),
                F("id").desc(),
                condition=~Q(withdrawn_at=None),
                name="initiatives_log_gone",
            ),
            models.Index("entered_by", F("id").desc(), name="initiatives_log_entered_by"),
        ]
        constraints = [
            models.UniqueConstraint(
                # Of each organisation's own, so that nobody learns what others use.
                fields=["initiative", "delivered_by", "reference"],
                nulls_distinct=False,
                condition=~Q(reference="") & Q(withdrawn_at=None),
                name="initiatives_log_reference",
                violation_error_message=_("This initiative has another entry with this reference."),
            ),
            models.CheckConstraint(
                condition=Q(day__range=(FIRST_DAY, LAST_DAY)),
                name="initiatives_log_day",
                violation_error_message=_("Check the year of this day."),
            ),
            models.CheckConstraint(
                condition=Q(whole_month=False) | Q(day__day=1),
                name="initiatives_log_whole_month",
                violation_error_message=_("An entry for a whole month carries its first day."),
            ),
            models.CheckConstraint(
                condition=~Q(people_served=None) | ~Q(households=None) | ~Q(contacts=None),
                name="initiatives_log_counts_something",
                violation_error_message=_("Write how many people were served, or households, or contacts."),
            ),
            models.CheckConstraint(
                condition=Q(new_people=None)
                | Q(people_served__isnull=False, new_people__lte=F("people_served")),
                name="initiatives_log_new_within_served",
                violation_error_message=_("More people cannot be new than were served."),
            ),
            models.CheckConstraint(
                condition=Q(living_elsewhere=None)
                | Q(people_served__isnull=False, living_elsewhere__lte=F("people_served")),
                name="initiatives_log_elsewhere_within_served",
                violation_error_message=_("More people cannot live elsewhere than were served."),
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0}),
                    name=f"initiatives_log_{name}",
                    violation_error_message=_("Write zero or more."),
                )
                for name in AMOUNTS
            ),
            together(
                "confirmed_at",
                "confirmed_by",
                "initiatives_log_confirmed",
                _("Who confirmed an entry and when are known together."),
            ),
            together(
                "returned_at",
                "returned_by",
                "initiatives_log_returned",
                _("Who returned an entry and when are known together."),
            ),
            together(
                "withdrawn_at",
                "withdrawn_by",
                "initiatives_log_withdrawn",
                _("Who withdrew an entry and when are known together."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None) | Q(returned_at=None),
                name="initiatives_log_confirmed_or_returned",
                violation_error_message=_("An entry is confirmed or returned, not both."),
            ),
            models.CheckConstraint(
                condition=Q(returned_at=None, return_note="") | ~Q(returned_at=None) & ~Q(return_note=""),
                name="initiatives_log_return_note",
                violation_error_message=_("Say what is to be corrected."),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdraw_reason="")
                | ~Q(withdrawn_at=None) & ~Q(withdraw_reason=""),
                name="initiatives_log_withdraw_reason",
                violation_error_message=_("Say why the entry is withdrawn."),
            ),
        ]
        triggers = triggers.of_entries()

    def __str__(self):
        return f"{self.initiative_id} {self.day}"

    def get_absolute_url(self):
        return reverse("log:entry", args=[self.public_id])

    @property
    def month(self):
        """The first day of its month."""
        return self.day.replace(day=1)

    @property
    def counts(self):
        return self.confirmed_at is not None and self.withdrawn_at is None


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), level=pghistory.Statement
)
class InterventionPeople(models.Model):
    """A part of the people of an entry. It has no city of its own: it is only ever reached by its entry."""

    intervention = models.ForeignKey(
        Intervention,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="breakdown",
        verbose_name=_("entry"),
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex)
    age_band = models.CharField(_("age"), max_length=5, choices=AgeBand)
    citizenship = models.CharField(_("citizenship"), max_length=6, choices=Citizenship)
    people = models.PositiveIntegerField(_("people"), validators=[MaxValueValidator(MOST)])
    new_people = count(_("of whom new"))

    class Meta:
        verbose_name = _("part of the people of an entry")
        verbose_name_plural = _("parts of the people of entries")
        ordering = ["citizenship", "age_band", "sex"]
        constraints = [
            models.UniqueConstraint(
                fields=["intervention", "sex", "age_band", "citizenship"], name="initiatives_people_once"
            ),
            models.CheckConstraint(
                condition=Q(
                    sex__in=Sex.values, age_band__in=AgeBand.values, citizenship__in=Citizenship.values
                ),
                name="initiatives_people_codes",
                violation_error_message=_("Choose among the values offered."),
            ),
            models.CheckConstraint(
                condition=Q(new_people=None) | Q(new_people__lte=F("people")),
                name="initiatives_people_new_within_people",
                violation_error_message=_("More people cannot be new than were served."),
            ),
        ]
        triggers = triggers.of_breakdowns()

    def __str__(self):
        return f"{self.intervention_id} {self.sex} {self.age_band} {self.citizenship}"
