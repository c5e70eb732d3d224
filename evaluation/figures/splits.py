"""By what the people served are broken down."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from evaluation.models import Family
from initiatives.codes import AgeBand, Citizenship, Sex

# The indicator that is broken down; others are not.
BROKEN_DOWN = "people-served"


class Split(NamedTuple):
    name: str
    title: str
    codes: type
    family: Family


SPLITS = {
    "sex": Split(_("Sex"), _("By sex"), Sex, Family.SEX),
    "age": Split(_("Age"), _("By age"), AgeBand, Family.AGE),
    "citizenship": Split(_("Citizenship"), _("By citizenship"), Citizenship, Family.CITIZENSHIP),
}
