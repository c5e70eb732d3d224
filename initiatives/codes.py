"""Classifications of initiatives, money and people; the codes are those of docs/data-sources.md."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InnovationArea(models.TextChoices):
    MIN = "MIN", _("Minors")
    POV = "POV", _("Poverty")
    ANZ = "ANZ", _("Older people")
    COM = "COM", _("Community building")


class InnovationLever(models.TextChoices):
    RICSOC = "RICSOC", _("Platform that brings people and supports together")
    RICMER = "RICMER", _("Market that pools demand and trains supply")
    OUTCOME = "OUTCOME", _("Commissioning by outcomes, co-planning and co-design")
    NUDGE = "NUDGE", _("Nudging")
    SHARE = "SHARE", _("Sharing welfare")
    DATA = "DATA", _("Needs read from data")


class Stage(models.TextChoices):
    IDEA = "idea", _("idea")
    DESIGN = "design", _("design")
    EXPERIMENT = "experiment", _("experiment")
    EVALUATION = "evaluation", _("evaluation")
    ADOPTED = "adopted", _("adopted")
    STOPPED = "stopped", _("stopped")


class Ending(models.TextChoices):
    """Why an initiative stopped. None of these is a failure to hide: each teaches the next city something."""

    RESULT = "result", _("it did not reach the result hoped for")
    NEED = "need", _("the need changed or was met")
    RESOURCES = "resources", _("the resources ended")
    MERGED = "merged", _("it went on as part of another initiative")
    OTHER = "other", _("another reason")


class Origin(models.TextChoices):
    """Where the row comes from. Real money, entered work and invented figures never mix on one initiative."""

    CITY = "city", _("entered by the city")
    REGISTER = "register", _("from a public register")
    INVENTED = "invented", _("invented for the demonstration")


class PartnerRole(models.TextChoices):
    LEAD = "lead", _("Lead partner")
    PARTNER = "partner", _("Partner")
    IMPLEMENTER = "implementer", _("Implementing body")
    SUPPORTER = "supporter", _("Supporter without budget")
    FUNDER = "funder", _("Funder")
    EVALUATOR = "evaluator", _("Evaluator")


class CostType(models.TextChoices):
    STAFF = "staff", _("Staff")
    SERVICES = "services", _("Services bought")
    GOODS = "goods", _("Goods and equipment")
    PREMISES = "premises", _("Premises and utilities")
    TRANSFERS = "transfers", _("Transfers to partners")
    BENEFITS = "benefits", _("Money to people and households")
    WORKS = "works", _("Works and buildings")
    EVALUATION = "evaluation", _("Monitoring and evaluation")
    GENERAL = "general", _("General expenses")


class Basis(models.TextChoices):
    """Three bookings of the same euro, which are never added together."""

    BUDGETED = "budgeted", _("Budgeted")
    COMMITTED = "committed", _("Committed")
    PAID = "paid", _("Paid")


class Sex(models.TextChoices):
    F = "F", _("Women")
    M = "M", _("Men")
    X = "X", _("Other or not recorded")


class AgeBand(models.TextChoices):
    Y0_17 = "0-17", _("0-17 years")
    Y18_29 = "18-29", _("18-29 years")
    Y30_54 = "30-54", _("30-54 years")
    Y55_64 = "55-64", _("55-64 years")
    Y65_74 = "65-74", _("65-74 years")
    Y75 = "75+", _("75 years and over")
    ND = "ND", _("age not recorded")


class Citizenship(models.TextChoices):
    ITL = "ITL", pgettext_lazy("citizenship", "Italian")
    FRGAPO = "FRGAPO", _("foreign or stateless")
    ND = "ND", _("citizenship not recorded")
