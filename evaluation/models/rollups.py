"""The log summed by month. Rows are derived: only evaluation.rollups writes them, and pages read them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models import City
from evaluation.querysets import MonthlyPeopleQuerySet, MonthlyTotalQuerySet
from initiatives.codes import AgeBand, Citizenship, Sex
from initiatives.models import Initiative, InterventionKind
from thirdsector.models import Organisation


def key(model, **options):
    # The database checks none of them: it would lock rows that people are editing, for what it has checked
    # in the log.
    return models.ForeignKey(
        model,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=model._meta.verbose_name,
        **options,
    )


def total(label, **options):
    return models.BigIntegerField(label, default=0, **options)


def amount(label):
    return models.DecimalField(label, max_digits=20, decimal_places=2, default=0)


def known(label):
    """How many of the entries know the measure; the sum of none is no zero."""
    return models.BigIntegerField(label, default=0)


class MonthlyTotal(models.Model):
    """What the entries of one initiative, month, kind and delivering body add up to, without withdrawn ones.

    `people_served` of several entries may be the same persons: between `largest_entry` and the sum. A cost
    per person is `cost_with_people` over `people_with_cost`, since not every entry knows both; likewise a
    share of new people is over `people_with_new`.
    """

    initiative = key(Initiative)
    month = models.DateField(_("month"))
    kind = key(InterventionKind)
    delivered_by = key(Organisation, null=True)
    confirmed = models.BooleanField(_("confirmed"))
    city = key(City)
    entries = models.BigIntegerField(_("entries"))
    people_served = total(_("people served"))
    people_served_known = known(_("entries that know the people served"))
    new_people = total(_("of whom new to the initiative"))
    new_people_known = known(_("entries that know the new people"))
    living_elsewhere = total(_("of whom living elsewhere"))
    living_elsewhere_known = known(_("entries that know who lives elsewhere"))
    households = total(_("households"))
    households_known = known(_("entries that know the households"))
    contacts = total(_("contacts"))
    contacts_known = known(_("entries that know the contacts"))
    hours = amount(_("hours of staff"))
    hours_known = known(_("entries that know the hours of staff"))
    volunteer_hours = amount(_("hours of volunteers"))
    volunteer_hours_known = known(_("entries that know the hours of volunteers"))
    cost = amount(_("cost (EUR)"))
    cost_known = known(_("entries that know the cost"))
    # A release that does not know them yet writes while the migration is applied.
    people_with_new = total(_("people of entries that know the new people"), db_default=0)
    people_with_elsewhere = total(_("people of entries that know who lives elsewhere"), db_default=0)
    people_with_cost = total(_("people of entries that know the cost"))
    cost_with_people = amount(_("cost of entries that know the people (EUR)"))
    cost_and_people_known = known(_("entries that know both cost and people"))
    largest_entry = total(_("people of the largest entry"))

    objects = MonthlyTotalQuerySet.as_manager()

    class Meta:
        verbose_name = _("monthly total")
        verbose_name_plural = _("monthly totals")
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "month", "kind", "delivered_by", "confirmed"],
                nulls_distinct=False,
                name="evaluation_monthlytotal_once",
            )
        ]
        indexes = [models.Index(fields=["city", "month"], name="evaluation_total_city")]

    def __str__(self):
        return f"{self.initiative_id} {self.month:%Y-%m} {self.kind_id}"


class MonthlyPeople(models.Model):
    """The people of an initiative and month by sex, age and citizenship, as far as entries tell them."""

    initiative = key(Initiative)
    month = models.DateField(_("month"))
    sex = models.CharField(_("sex"), max_length=1, choices=Sex)
    age_band = models.CharField(_("age"), max_length=5, choices=AgeBand)
    citizenship = models.CharField(_("citizenship"), max_length=6, choices=Citizenship)
    confirmed = models.BooleanField(_("confirmed"))
    city = key(City)
    entries = models.BigIntegerField(_("entries"))
    people = total(_("people"))
    new_people = total(_("of whom new"))
    new_people_known = known(_("entries that know the new people"))
    largest_part = total(_("people of the largest part of an entry"))

    objects = MonthlyPeopleQuerySet.as_manager()

    class Meta:
        verbose_name = _("people of a month")
        verbose_name_plural = _("people of months")
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "month", "sex", "age_band", "citizenship", "confirmed"],
                name="evaluation_monthlypeople_once",
            )
        ]
        indexes = [models.Index(fields=["city", "month"], name="evaluation_people_city")]

    def __str__(self):
        return f"{self.initiative_id} {self.month:%Y-%m} {self.sex} {self.age_band} {self.citizenship}"
