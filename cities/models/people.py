from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models.places import City
from will_portal.accounts.groups import coordinates, is_administrator
from will_portal.accounts.models import Grant


class Role(models.TextChoices):
    STAFF = "staff", _("City staff")
    LEAD = "lead", _("City lead")


def lock_people(city_id):
    """Let nobody else change who works for this city until the transaction ends."""
    City.objects.select_for_update(no_key=True).only("pk").get(pk=city_id)


def giver(user):
    """Return a function from a city's key to the roles that somebody may give and take there now.

    A lead gives both in their own city, an administrator everywhere, a coordinator the lead's everywhere.
    """
    both = {Role.STAFF, Role.LEAD}
    everywhere = both if is_administrator(user) else {Role.LEAD} if coordinates(user) else set()
    led = set(City.objects.led_by(user).values_list("pk", flat=True))
    return lambda city_id: both if city_id in led else everywhere


class CityMembershipQuerySet(models.QuerySet):
    def open(self):
        return self.filter(until__isnull=True)

    def current(self):
        """The memberships that give rights now; that of a person switched off gives none."""
        return self.open().filter(user__is_active=True)

    def leads(self):
        return self.filter(role=Role.LEAD)

    def with_names(self):
        """With person and city, but without the kilobytes of the city's boundary."""
        return self.select_related("user", "city").defer("city__boundary", "city__loaded")

    def contacts(self):
        return self.current().filter(shown_as_contact=True)

    def visible_to(self, user):
        """The people that somebody looks after: those of the cities they lead, or all."""
        return self.filter(city__in=City.objects.overseen_by(user))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    # Free words may name somebody, and history cannot be made to forget them.
    exclude=["reason"],
    level=pghistory.Statement,
)
class CityMembership(models.Model):
    """Somebody works for a city, in one role, from one moment to another: a change of role is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("city")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="city_memberships",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=5, choices=Role)
    since = models.DateTimeField(_("since"), default=timezone.now)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    shown_as_contact = models.BooleanField(_("shown as a person to contact"), default=False)

    objects = CityMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership of a city")
        verbose_name_plural = _("memberships of cities")
        ordering = ["city", "role", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "user"],
                condition=Q(until__isnull=True),
                name="cities_membership_one_open",
                violation_error_message=_("This person works for this city already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["staff", "lead"]),
                name="cities_membership_role",
                violation_error_message=_("Choose one of the roles."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="cities_membership_until_after_since",
                violation_error_message=_("A membership ends after it began."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by__isnull=True, reason="")
                | Q(until__isnull=False, ended_by__isnull=False),
                name="cities_membership_ended_by",
                violation_error_message=_("Who ended a membership and when are known together."),
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.role}"

    def end(self, *, by, reason=""):
        self.until, self.ended_by, self.reason = timezone.now(), by, reason
        self.shown_as_contact = False
        self.save()


class CityGrantQuerySet(models.QuerySet):
    def visible_to(self, user):
        return (
            self.filter(city__in=City.objects.overseen_by(user))
            .select_related("city")
            .defer("city__boundary", "city__loaded")
        )

    def givable_by(self, user):
        if is_administrator(user):
            return self
        own = Q(city__in=City.objects.led_by(user))
        return self.filter(own | Q(role=Role.LEAD) if coordinates(user) else own)


class CityGrant(Grant):
    city = models.ForeignKey(City, on_delete=models.PROTECT, related_name="+", verbose_name=_("city"))
    role = models.CharField(_("role"), max_length=5, choices=Role)

    objects = CityGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to a city")
        verbose_name_plural = _("invitations to cities")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["staff", "lead"]),
                name="cities_grant_role",
                violation_error_message=_("Choose one of the roles."),
            ),
        ]

    def __str__(self):
        return f"{self.invitation_id} {self.role}"

    def describe(self):
        return _("%(role)s, %(city)s") % {"role": self.get_role_display(), "city": self.city.name}

    def may_be_given_by(self, user):
        return self.role in giver(user)(self.city_id)

    def same_as_this(self):
        return CityGrant.objects.filter(city=self.city, role=self.role)

    def is_held_by(self, email):
        held = CityMembership.objects.current().filter(city=self.city, role__in={self.role, Role.LEAD})
        return held.filter(user__email=email).exists()

    def lock(self):
        lock_people(self.city_id)

    def give(self, user, *, by):
        """Let somebody work for the city; an invitation may raise their role there, and never lowers it."""
        present = CityMembership.objects.open().filter(city=self.city, user=user).first()
        if present and present.role in {self.role, Role.LEAD}:
            return
        if present:
            present.end(by=by)
        CityMembership.objects.create(city=self.city, user=user, role=self.role)
