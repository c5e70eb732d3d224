from evaluation.models.digests import ReleaseDigest
from evaluation.models.indicators import Indicator, IndicatorVersion
from evaluation.models.releases import (
    Family,
    Release,
    ReleaseChange,
    ReleasedFigure,
    ReleasedInitiative,
    ReleasedMoney,
    ReleasedMonth,
    ReleasedPartner,
)
from evaluation.models.rollups import MonthlyPeople, MonthlyTotal
from evaluation.models.runs import Drift, Outage, ParkedMonth, RollupRun, RunRange
from evaluation.models.views import SavedView

__all__ = [
    "Drift",
    "Family",
    "Indicator",
    "IndicatorVersion",
    "MonthlyPeople",
    "MonthlyTotal",
    "Outage",
    "ParkedMonth",
    "Release",
    "ReleaseChange",
    "ReleaseDigest",
    "ReleasedFigure",
    "ReleasedInitiative",
    "ReleasedMoney",
    "ReleasedMonth",
    "ReleasedPartner",
    "RollupRun",
    "RunRange",
    "SavedView",
]
