"""Classifications that needs, organisations and initiatives share; the codes are those of their sources."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UserArea(models.TextChoices):
    """The seven areas of users of Istat's survey on the social services of municipalities."""

    FAM = "FAM", _("Family and minors")
    DIS = "DIS", _("People with disabilities")
    ADD = "ADD", _("Addictions")
    ELD = "ELD", _("Older people (65+)")
    IMMNOM = "IMMNOM", _("Immigrants, Roma, Sinti and Travellers")
    POV = "POV", _("Poverty, adults in hardship and homeless people")
    MULBEN = "MULBEN", _("General, for several areas")


class LegalForm(models.TextChoices):
    ASSNR = "ASSNR", _("Unrecognised association")
    ASSR = "ASSR", _("Recognised association")
    FOND = "FOND", _("Foundation")
    COOPSA = "COOPSA", _("Social cooperative, type A")
    COOPSB = "COOPSB", _("Social cooperative, type B")
    CONS = "CONS", _("Consortium of social cooperatives")
    SRLIS = "SRLIS", _("Company that is a social enterprise")
    SOMS = "SOMS", _("Mutual aid society")
    ENTREL = "ENTREL", _("Recognised religious body")
    PA = "PA", _("Public body")
    ALTRO = "ALTRO", _("Other legal form")


class RuntsSection(models.TextChoices):
    """The sections of the national register of the Third Sector, D.Lgs. 117/2017 art. 46."""

    A = "a", _("a. Voluntary organisations")
    B = "b", _("b. Social promotion associations")
    C = "c", _("c. Philanthropic bodies")
    D = "d", _("d. Social enterprises, social cooperatives included")
    E = "e", _("e. Association networks")
    F = "f", _("f. Mutual aid societies")
    G = "g", _("g. Other Third Sector bodies")
