"""The question that an address asks of the dashboard."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode

from cities.models import City
from evaluation.figures.periods import divide
from evaluation.models import Indicator, Release
from evaluation.models.indicators import Frequency, Protection, Source
from initiatives.codes import Basis
from initiatives.models import Initiative, InterventionKind
from thirdsector.models import Organisation

PANELS = "panels"
# Of what needs protection, these are told for single months to everybody; the rest for quarters.
TOLD_BY_MONTH = {"people-served", "households", "contacts"}


@dataclass(frozen=True)
class Asked:
    """What is asked, cleaned; texts are empty and objects None where nothing was chosen.

    `first` and `last` are months, `every` is "month", "quarter" or "year". `release` is the one that was
    asked for by its number, whose figures are then read as everybody reads them.
    """

    indicator: Indicator
    cities: tuple[City, ...]
    first: date
    last: date
    every: str
    user_area: str = ""
    innovation_area: str = ""
    innovation_lever: str = ""
    stage: str = ""
    initiative: Initiative | None = None
    kind: InterventionKind | None = None
    organisation: Organisation | None = None
    basis: str = ""
    split: str = ""
    view: str = ""
    highlight: City | None = None
    release: Release | None = None
    # Whether the cities are all that there are: addresses then leave them out.
    every_city: bool = False
    # Whether no city is in colour although the reader's own would be: addresses then say so.
    is_colourless: bool = False

    @cached_property
    def periods(self):
        return divide(self.first, self.last, self.every)

    @property
    def parameters(self):
        """What an address writes: what is shown and when always, the rest where it was chosen."""
        chosen = {
            "indicator": self.indicator.code,
            "city": [] if self.every_city else [city.slug for city in self.cities],
            "from": f"{self.first:%Y-%m}",
            "to": f"{self.last:%Y-%m}",
            "by": self.every,
            "area": self.user_area,
            "innovation": self.innovation_area,
            "lever": self.innovation_lever,
            "stage": self.stage,
            "initiative": self.initiative and self.initiative.code,
            "kind": self.kind and self.kind.code,
            "organisation": self.organisation and str(self.organisation.public_id),
            "basis": self.basis,
            "split": self.split,
            "view": "" if self.view == PANELS else self.view,
            "highlight": self.highlight and self.highlight.slug,
            "release": self.release and self.release.number,
        }
        written = {name: value for name, value in chosen.items() if value}
        return written | ({"highlight": ""} if self.is_colourless else {})

    @cached_property
    def query(self):
        return urlencode(self.parameters, doseq=True)

    @property
    def url(self):
        return f"{reverse('dashboard:show')}?{self.query}"

    def with_(self, **changes):
        return replace(self, **changes)

    def at(self, release):
        """The same question to a release: what is cited means the same tomorrow."""
        return replace(self, release=release)


def basis_of(indicator, chosen=""):
    """Return on which basis money of the budgets is read: what was budgeted, unless another was chosen.

    Other indicators have none.
    """
    return (chosen or Basis.BUDGETED) if indicator.current.source == Source.MONEY else ""


def finest(indicator, is_own):
    """Return how finely an indicator is told: its figures of less time would tell of few people.

    `is_own` says that a city reads its own log, in which nothing is hidden from it.
    """
    version = indicator.current
    if version.frequency == Frequency.YEAR:
        return "year"
    is_protected = version.protection != Protection.NONE and indicator.code not in TOLD_BY_MONTH
    return "quarter" if is_protected and not is_own else "month"
