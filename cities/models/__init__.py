from cities.models.context import ContextFigure, ContextSeries
from cities.models.people import CityGrant, CityMembership, Role
from cities.models.places import City, Region
from cities.models.programme import Precision, ProgrammeMembership, ProgrammeNote

__all__ = [
    "City",
    "CityGrant",
    "CityMembership",
    "ContextFigure",
    "ContextSeries",
    "Precision",
    "ProgrammeMembership",
    "ProgrammeNote",
    "Region",
    "Role",
]
