from initiatives.models.imports import (
    ExportRun,
    ImportedRow,
    ImportProblem,
    ImportRun,
    RememberedColumn,
    Subject,
)
from initiatives.models.initiatives import Initiative, StageChange
from initiatives.models.log import Intervention, InterventionPeople
from initiatives.models.months import ChangedMonth, MonthClosing
from initiatives.models.partners import BudgetLine, Partner
from initiatives.models.vocabularies import FundingSource, InterventionKind

__all__ = [
    "BudgetLine",
    "ChangedMonth",
    "ExportRun",
    "FundingSource",
    "ImportProblem",
    "ImportRun",
    "ImportedRow",
    "Initiative",
    "Intervention",
    "InterventionKind",
    "InterventionPeople",
    "MonthClosing",
    "Partner",
    "RememberedColumn",
    "StageChange",
    "Subject",
]
