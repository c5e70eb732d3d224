"""The question that an address asks of the dashboard."""

from dataclasses import dataclass
from datetime import date

from cities.models import City
from evaluation.figures.periods import divide
from evaluation.models import Indicator, Release
from initiatives.models import InterventionKind
from thirdsector.models import Organisation


@dataclass(frozen=True)
class Asked:
    """What is asked, cleaned; texts are empty and objects None where nothing was chosen.

    `first` and `last` are months, `every` is "month", "quarter" or "year". `release` is the one that was asked
    for by its number, whose figures are then read as everybody reads them.
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
    kind: InterventionKind | None = None
    organisation: Organisation | None = None
    basis: str = ""
    split: str = ""
    view: str = ""
    highlight: City | None = None
    release: Release | None = None

    @property
    def periods(self):
        return divide(self.first, self.last, self.every)
