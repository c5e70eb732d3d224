import pghistory
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.groups import LABELS
from will_portal.accounts.validators import plain_name

# The host of the pseudonyms of people who were erased: no mail ever leads there.
ERASED_HOST = "erased.invalid"


class UserManager(BaseUserManager):
    @classmethod
    def normalize_email(cls, email):
        # Nobody tells two people apart by capitals: one spelling, so that sign-in and uniqueness agree.
        return super().normalize_email(email).strip().lower()

    def create_user(self, email, password=None, **fields):
        if not email:
            raise ValueError("A person needs an e-mail.")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email=self.normalize_email(email))

    def known_by(self, email):
        """The person to whom an e-mail belongs, as the address of the account or as one they confirmed."""
        confirmed = models.Q(emailaddress__email=email, emailaddress__verified=True)
        return self.filter(models.Q(email=email) | confirmed).distinct()


# Neither what leads to the person, which erasure must be able to take away, nor what nobody did.
@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=["id", "is_active", "is_staff", "is_superuser"],
    model_name="UserEvent",
    level=pghistory.Statement,
)
class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("A person with this e-mail already exists.")}
    )
    # For addresses, where the number of the row would let people count.
    public_id = models.UUIDField(unique=True, editable=False, db_default=RandomUUID())
    display_name = models.CharField(
        _("name shown to others"), max_length=150, blank=True, validators=[plain_name]
    )
    language = models.CharField(
        _("language"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Switch off instead of deleting: what a person did stays on record."),
    )
    is_staff = models.BooleanField(_("may enter the administration"), default=False)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="accounts_user_email_lower",
                violation_error_message=_("Write the e-mail in small letters."),
            )
        ]

    def __str__(self):
        return str(_("erased account")) if self.is_erased else self.display_name or self.email

    def clean(self):
        super().clean()
        self.email = type(self).objects.normalize_email(self.email)

    @property
    def is_erased(self):
        return self.email.endswith(f"@{ERASED_HOST}")

    def has_confirmed(self, email):
        return self.emailaddress_set.filter(email=email, verified=True).exists()


class UserGroupQuerySet(models.QuerySet):
    def in_roles(self, *groups):
        """The places in these groups of people who can sign in, each with the time of their last coming."""
        came = UserGroup.pgh_event_model.objects.filter(
            pgh_label="add", user=models.OuterRef("user"), group=models.OuterRef("group")
        )
        latest = came.order_by("-pgh_created_at").values("pgh_created_at")[:1]
        return (
            self.filter(group__name__in=groups, user__is_active=True)
            .annotate(since=models.Subquery(latest))
            .select_related("user", "group")
            .order_by("group__name", "user__email")
        )


@pghistory.track(
    pghistory.InsertEvent("add"),
    pghistory.DeleteEvent("remove"),
    obj_field=None,
    level=pghistory.Statement,
)
class UserGroup(User.groups.through):
    """Who is in which group, under a name of ours so that it has a history."""

    objects = UserGroupQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = _("place in a group")
        verbose_name_plural = _("places in groups")

    @property
    def label(self):
        return LABELS[self.group.name]
