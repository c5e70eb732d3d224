import re
from uuid import uuid4

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.lookups import Regex
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cities.functions import Joined
from cities.models import City
from cities.models.places import matches
from initiatives.codes import Ending, InnovationArea, InnovationLever, Origin, PartnerRole, Stage
from initiatives.notes import refuse_personal_data
from thirdsector.codes import UserArea
from thirdsector.models import Organisation
from will_portal.accounts.groups import coordinates, is_researcher

CODE = RegexValidator(
    r"\A[A-Z0-9][A-Z0-9-]{2,19}\Z",
    _("Write the code in capital letters, digits and hyphens, as in PR-2026-01."),
)
CUP = RegexValidator(
    r"\A[A-Z][0-9]{2}[A-Z][0-9]{11}\Z",
    _("Write a CUP as 15 characters: letter, two digits, letter, eleven digits, as in G17H03000130001."),
)
CUPS = r"\A([A-Z][0-9]{2}[A-Z][0-9]{11}(\||\Z))*\Z"

VOWELS = "aeiouàèéìòù"
# A phrase, a word to leave out, an alternative: whoever writes these means them.
OPERATORS = re.compile(r"""["]|(?:^|\s)-\w|\bor\b""", re.IGNORECASE)


def initiative_key(related_name, **options):
    """The initiative to which a row belongs; the database holds the pair (initiative, city) together."""
    return models.ForeignKey(
        Initiative,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name=related_name,
        verbose_name=_("initiative"),
        **options,
    )


def proceeding_city(**options):
    """The city of the row's initiative, carried along so that rights and sums need no join."""
    return models.ForeignKey(
        City,
        on_delete=models.PROTECT,
        db_constraint=False,
        editable=False,
        related_name="+",
        verbose_name=_("city"),
        **options,
    )


def within(field, choices, name):
    return models.CheckConstraint(
        condition=Q(
            **{f"{field}__contained_by": Value(list(choices.values), ArrayField(models.TextField()))}
        ),
        name=name,
        violation_error_message=_("Choose among the values offered."),
    )


class InitiativeQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(published_at=None)

    def visible_to(self, user):
        """What is published, and what is not for those who work on it, compare or coordinate."""
        if not user.is_authenticated or not user.is_active:
            return self.published()
        if coordinates(user):
            return self
        cities = City.objects.worked_in_by(user).values("pk")
        partnered = Initiative.partner_cities.through.objects.filter(city__in=cities).values("initiative")
        seen = ~Q(published_at=None) | Q(city__in=cities) | Q(pk__in=partnered)
        seen |= Q(
            pk__in=self.model.objects.implemented_by(Organisation.objects.worked_in_by(user)).values("pk")
        )
        if is_researcher(user):
            seen |= ~Q(stage=Stage.IDEA)
        return self.filter(seen)

    def editable_by(self, user):
        return self.filter(city__in=City.objects.worked_in_by(user).values("pk"))

    def led_by(self, user):
        """Those whose stage and publication somebody decides."""
        return self.filter(city__in=City.objects.led_by(user).values("pk"))

    def implemented_by(self, organisations):
        """Those of which one of these organisations is an implementing body today."""
        today = timezone.localdate()
        return self.filter(
            Q(partners__until=None) | Q(partners__until__gte=today),
            Q(partners__since=None) | Q(partners__since__lte=today),
            partners__organisation__in=organisations.values("pk"),
            partners__role=PartnerRole.IMPLEMENTER,
        )

    def loggable(self):
        """Those that deliver or have delivered: neither mere ideas nor entries of a public register."""
        return self.exclude(stage=Stage.IDEA).exclude(origin=Origin.REGISTER)

    def logged_by(self, user):
        """Those on which somebody may write what was delivered, for a city or an implementing body."""
        own = Organisation.objects.worked_in_by(user)
        implemented = self.model.objects.implemented_by(own).values("pk")
        cities = City.objects.worked_in_by(user).values("pk")
        return self.loggable().filter(Q(city__in=cities) | Q(pk__in=implemented))

    def matching(self, text):
        """Those in whose title or summary the words occur, in whatever form."""
        wanted = SearchQuery(text, config="italian", search_type="websearch")
        # The Italian dictionary has different stems for "anziano" and "anziani": beginnings find both.
        beginnings = [f"{word.rstrip(VOWELS) or word}:*" for word in re.findall(r"\w{4,}", text.lower())]
        if beginnings and not OPERATORS.search(text):
            wanted |= SearchQuery(" & ".join(beginnings), config="simple", search_type="raw")
        return self.filter(words=wanted)


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["words", "loaded"],
    level=pghistory.Statement,
)
class Initiative(models.Model):
    public_id = models.UUIDField(unique=True, default=uuid4, editable=False)
    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[CODE],
        help_text=_("Stays the same: spreadsheets name the initiative by it."),
        error_messages={"unique": _("Another initiative has this code already.")},
    )
    title = models.CharField(_("title"), max_length=200)
    city = models.ForeignKey(
        City, on_delete=models.PROTECT, related_name="initiatives", verbose_name=_("city")
    )
    partner_cities = models.ManyToManyField(
        City, blank=True, related_name="shared_initiatives", verbose_name=_("partner cities")
    )
    innovation_area = models.CharField(_("innovation area"), max_length=3, choices=InnovationArea, blank=True)
    innovation_lever = models.CharField(_("lever"), max_length=7, choices=InnovationLever, blank=True)
    user_areas = ArrayField(
        models.CharField(max_length=6, choices=UserArea),
        default=list,
        blank=True,
        verbose_name=_("user areas"),
    )
    stage = models.CharField(_("stage"), max_length=10, choices=Stage, blank=True, editable=False)
    starts = models.DateField(_("start"), null=True, blank=True)
    ends = models.DateField(_("end"), null=True, blank=True)
    cups = ArrayField(
        models.CharField(max_length=15, validators=[CUP]), default=list, blank=True, verbose_name=_("CUPs")
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=5000,
        help_text=_(
            "In plain language: which need, who does what, what should change. Markdown may be used."
        ),
    )
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("published by"),
    )
    adapted_from = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="adaptations",
        verbose_name=_("adapted from"),
    )
    origin = models.CharField(_("origin"), max_length=8, choices=Origin, default=Origin.CITY, editable=False)
    source = models.CharField(_("source"), max_length=300, blank=True, editable=False)
    localised_in = models.PositiveSmallIntegerField(
        _("number of places"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Of a project in several places: its money is that of all of them together."),
    )
    words = models.GeneratedField(
        expression=SearchVector("code", "title", "summary", config="italian")
        + SearchVector("code", "title", "summary", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    loaded = models.JSONField(_("values last loaded"), default=dict, editable=False)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")
        ordering = ["code"]
        indexes = [GinIndex(fields=["words"], name="initiatives_initiative_words")]
        constraints = [
            # What rows of an initiative refer to, so that their city is always the initiative's.
            models.UniqueConstraint(fields=["id", "city"], name="initiatives_initiative_city"),
            matches("code", CODE, "initiatives_initiative_code"),
            models.CheckConstraint(
                condition=Regex(Joined("cups"), CUPS),
                name="initiatives_initiative_cups",
                violation_error_message=CUP.message,
            ),
            within("user_areas", UserArea, "initiatives_initiative_user_areas"),
            models.CheckConstraint(
                condition=Q(innovation_area="") | Q(innovation_area__in=InnovationArea.values),
                name="initiatives_initiative_area",
                violation_error_message=_("Choose among the values offered."),
            ),
            models.CheckConstraint(
                condition=Q(innovation_lever="") | Q(innovation_lever__in=InnovationLever.values),
                name="initiatives_initiative_lever",
                violation_error_message=_("Choose among the values offered."),
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values),
                name="initiatives_initiative_origin",
                violation_error_message=_("Choose among the values offered."),
            ),
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values) | Q(stage="", origin=Origin.REGISTER),
                name="initiatives_initiative_stage",
                violation_error_message=_("Only what comes from a public register has no stage."),
            ),
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")) | Q(starts=None) | Q(ends=None),
                name="initiatives_initiative_ends_after_start",
                violation_error_message=_("An initiative ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(adapted_from=None) | ~Q(adapted_from=F("id")),
                name="initiatives_initiative_not_from_itself",
                violation_error_message=_("An initiative is not adapted from itself."),
            ),
            models.CheckConstraint(
                condition=Q(published_by=None) | ~Q(published_at=None),
                name="initiatives_initiative_published",
                violation_error_message=_("Who published an initiative is known only with the moment."),
            ),
        ]

    def __str__(self):
        return f"{self.code} {self.title}"

    def get_absolute_url(self):
        return reverse("initiatives:detail", args=[self.public_id])

    @property
    def is_invented(self):
        return self.origin == Origin.INVENTED


class StageChange(models.Model):
    """One step from stage to stage. The rows of an initiative are its story, and are never rewritten."""

    initiative = initiative_key("stage_changes")
    city = proceeding_city()
    stage = models.CharField(_("new stage"), max_length=10, choices=Stage)
    day = models.DateField(_("from"))
    ending = models.CharField(_("how it ended"), max_length=9, choices=Ending, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, validators=[refuse_personal_data])
    recorded = models.DateTimeField(_("recorded"), default=timezone.now, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    class Meta:
        verbose_name = _("change of stage")
        verbose_name_plural = _("changes of stage")
        ordering = ["recorded", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(stage__in=Stage.values),
                name="initiatives_stagechange_stage",
                violation_error_message=_("Choose one of the stages."),
            ),
            models.CheckConstraint(
                condition=Q(stage=Stage.STOPPED, ending__in=Ending.values)
                | ~Q(stage=Stage.STOPPED) & Q(ending=""),
                name="initiatives_stagechange_ending",
                violation_error_message=_("Say how it ended when, and only when, it stops."),
            ),
        ]

    def __str__(self):
        return f"{self.initiative_id} {self.stage}"
