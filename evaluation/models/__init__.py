from evaluation.models.indicators import Indicator, IndicatorVersion
from evaluation.models.rollups import MonthlyPeople, MonthlyTotal
from evaluation.models.runs import Drift, Outage, ParkedMonth, RollupRun, RunRange

__all__ = [
    "Drift",
    "Indicator",
    "IndicatorVersion",
    "MonthlyPeople",
    "MonthlyTotal",
    "Outage",
    "ParkedMonth",
    "RollupRun",
    "RunRange",
]
