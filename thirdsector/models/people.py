from uuid import uuid4

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.models import City
from thirdsector.activity import cities_tied_to
from thirdsector.models.organisations import Organisation
from will_portal.accounts.groups import coordinates
from will_portal.accounts.models import Grant


class Role(models.TextChoices):
    MEMBER = "member", _("Member")
    REPRESENTATIVE = "representative", _("Representative")


def lock_people(organisation_id):
    """Let nobody else change who acts for this organisation until the transaction ends."""
    Organisation.objects.select_for_update(no_key=True).only("pk").get(pk=organisation_id)


class OrganisationMembershipQuerySet(models.QuerySet):
    def open(self):
        return self.filter(until__isnull=True)

    def current(self):
        """The memberships that give rights now; that of a person switched off gives none."""
        return self.open().filter(user__is_active=True)

    def representatives(self):
        return self.filter(role=Role.REPRESENTATIVE)

    def with_names(self):
        return self.select_related("user", "organisation")

    def visible_to(self, user):
        """The people that somebody looks after: those of the organisations they represent, or all."""
        return self.filter(organisation__in=Organisation.objects.overseen_by(user))


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    # Free words may name somebody, and history cannot be made to forget them.
    exclude=["reason"],
    level=pghistory.Statement,
)
class OrganisationMembership(models.Model):
    """Somebody acts for an organisation, in one role, from one moment to another."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="organisation_memberships",
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=14, choices=Role)
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

    objects = OrganisationMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership of an organisation")
        verbose_name_plural = _("memberships of organisations")
        ordering = ["organisation", "role", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(until__isnull=True),
                name="thirdsector_membership_one_open",
                violation_error_message=_("This person acts for this organisation already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=["member", "representative"]),
                name="thirdsector_membership_role",
                violation_error_message=_("Choose one of the roles."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="thirdsector_membership_until_after_since",
                violation_error_message=_("A membership ends after it began."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by__isnull=True, reason="")
                | Q(until__isnull=False, ended_by__isnull=False),
                name="thirdsector_membership_ended_by",
                violation_error_message=_("Who ended a membership and when are known together."),
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.role}"

    def end(self, *, by, reason=""):
        self.until, self.ended_by, self.reason = timezone.now(), by, reason
        self.save()


def givable_roles(user, organisation):
    """Return the roles that somebody may give and take in an organisation now.

    Its representatives and administrators both. Where nobody represents it, coordinators and those who lead
    all its cities may bring in the first representative.
    """
    same = Organisation.objects.filter(pk=organisation.pk)
    if same.overseen_by(user).exists():
        return {Role.MEMBER, Role.REPRESENTATIVE}
    return {Role.REPRESENTATIVE} if same.opened_by(user).exists() else set()


class OrganisationGrantQuerySet(models.QuerySet):
    def visible_to(self, user):
        found = self if coordinates(user) else self.givable_by(user)
        return found.select_related("organisation")

    def givable_by(self, user):
        first = Q(role=Role.REPRESENTATIVE, organisation__in=Organisation.objects.opened_by(user))
        return self.filter(Q(organisation__in=Organisation.objects.overseen_by(user)) | first)


class OrganisationGrant(Grant):
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=14, choices=Role)

    objects = OrganisationGrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation to an organisation")
        verbose_name_plural = _("invitations to organisations")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["member", "representative"]),
                name="thirdsector_grant_role",
                violation_error_message=_("Choose one of the roles."),
            ),
        ]

    def __str__(self):
        return f"{self.invitation_id} {self.role}"

    def describe(self):
        return _("%(role)s, %(organisation)s") % {
            "role": self.get_role_display(),
            "organisation": self.organisation.name,
        }

    def may_be_given_by(self, user):
        return self.role in givable_roles(user, self.organisation)

    def same_as_this(self):
        return OrganisationGrant.objects.filter(organisation=self.organisation, role=self.role)

    def is_held_by(self, email):
        held = OrganisationMembership.objects.current().filter(
            organisation=self.organisation, role__in={self.role, Role.REPRESENTATIVE}
        )
        return held.filter(user__email=email).exists()

    def lock(self):
        lock_people(self.organisation_id)
        # A lead's right to give may end with their role in one of the cities.
        marked = Q(pk__in=self.organisation.cities.values("pk"))
        tied = Q(pk__in=cities_tied_to(self.organisation).values("pk"))
        cities = City.objects.filter(marked | tied).order_by("pk")
        list(cities.select_for_update(no_key=True).values_list("pk", flat=True))

    def give(self, user, *, by):
        """Let somebody act for the organisation; an invitation may raise their role, and never lowers it."""
        present = (
            OrganisationMembership.objects.open().filter(organisation=self.organisation, user=user).first()
        )
        if present and present.role in {self.role, Role.REPRESENTATIVE}:
            return
        if present:
            present.end(by=by)
        OrganisationMembership.objects.create(organisation=self.organisation, user=user, role=self.role)
