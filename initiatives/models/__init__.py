from initiatives.models.initiatives import Initiative, StageChange
from initiatives.models.log import Intervention, InterventionPeople
from initiatives.models.months import ChangedMonth, MonthClosing
from initiatives.models.partners import BudgetLine, Partner
from initiatives.models.vocabularies import FundingSource, InterventionKind

__all__ = [
    "BudgetLine",
    "ChangedMonth",
    "FundingSource",
    "Initiative",
    "Intervention",
    "InterventionKind",
    "InterventionPeople",
    "MonthClosing",
    "Partner",
    "StageChange",
]
