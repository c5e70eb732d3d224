from decimal import Decimal

import pghistory
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from initiatives.codes import Basis, CostType, PartnerRole
from initiatives.models.initiatives import initiative_key, proceeding_city
from initiatives.models.vocabularies import FundingSource
from thirdsector.models import Organisation

FIRST_YEAR, LAST_YEAR = 2000, 2100


def not_negative(table, *fields):
    return [
        models.CheckConstraint(
            condition=Q(**{field: None}) | Q(**{f"{field}__gte": 0}),
            name=f"initiatives_{table}_{field}",
            violation_error_message=_("Write zero or more."),
        )
        for field in fields
    ]


def euros(label, **options):
    return models.DecimalField(
        label, max_digits=14, decimal_places=2, validators=[MinValueValidator(Decimal(0))], **options
    )


class PartnerQuerySet(models.QuerySet):
    def implementing(self):
        return self.filter(role=PartnerRole.IMPLEMENTER)

    def current(self):
        """Those whose time includes today, the first and the last day as well."""
        today = timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=today), Q(since=None) | Q(since__lte=today))


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), level=pghistory.Statement
)
class Partner(models.Model):
    """An organisation's part in an initiative; only implementing bodies log what they deliver."""

    initiative = initiative_key("partners")
    city = proceeding_city()
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="partnerships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=11, choices=PartnerRole)
    since = models.DateField(_("since"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    cash = euros(_("contribution in cash (EUR)"), null=True, blank=True)
    in_kind = euros(_("contribution in kind (EUR)"), null=True, blank=True)
    hours = models.DecimalField(
        _("contribution in hours"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0))],
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        ordering = ["role", "organisation__sort_key"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "organisation", "role"],
                name="initiatives_partner_once",
                violation_error_message=_("This organisation has this role already."),
            ),
            models.CheckConstraint(
                condition=Q(role__in=PartnerRole.values),
                name="initiatives_partner_role",
                violation_error_message=_("Choose one of the roles."),
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")) | Q(since=None) | Q(until=None),
                name="initiatives_partner_until_after_since",
                violation_error_message=_("A part in an initiative ends after it began."),
            ),
            *not_negative("partner", "cash", "in_kind", "hours"),
        ]

    def __str__(self):
        return f"{self.organisation_id} {self.role}"

    def save(self, **kwargs):
        self.city_id = self.initiative.city_id
        super().save(**kwargs)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), level=pghistory.Statement
)
class BudgetLine(models.Model):
    initiative = initiative_key("budget_lines")
    city = proceeding_city()
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, help_text=_("Empty where the source does not split it by year.")
    )
    cost_type = models.CharField(_("type of cost"), max_length=10, choices=CostType, blank=True)
    funding_source = models.ForeignKey(
        FundingSource,
        on_delete=models.PROTECT,
        to_field="code",
        related_name="+",
        verbose_name=_("funding source"),
    )
    basis = models.CharField(_("basis"), max_length=9, choices=Basis)
    recurring = models.BooleanField(_("recurring"), default=False)
    amount = euros(_("amount (EUR)"))

    class Meta:
        verbose_name = _("line of the budget")
        verbose_name_plural = _("lines of the budget")
        ordering = ["year", "basis", "funding_source", "cost_type"]
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "year", "cost_type", "funding_source", "basis", "recurring"],
                nulls_distinct=False,
                name="initiatives_budgetline_once",
                violation_error_message=_(
                    "There is a line with this year, cost, source and basis already: change its amount."
                ),
            ),
            models.CheckConstraint(
                condition=Q(year=None) | Q(year__range=(FIRST_YEAR, LAST_YEAR)),
                name="initiatives_budgetline_year",
                violation_error_message=_("Write the year with four digits."),
            ),
            models.CheckConstraint(
                condition=Q(cost_type="") | Q(cost_type__in=CostType.values),
                name="initiatives_budgetline_cost_type",
                violation_error_message=_("Choose among the values offered."),
            ),
            models.CheckConstraint(
                condition=Q(basis__in=Basis.values),
                name="initiatives_budgetline_basis",
                violation_error_message=_("Choose among the values offered."),
            ),
            *not_negative("budgetline", "amount"),
        ]

    def __str__(self):
        return f"{self.initiative_id} {self.year} {self.funding_source_id}"

    def save(self, **kwargs):
        self.city_id = self.initiative.city_id
        super().save(**kwargs)
