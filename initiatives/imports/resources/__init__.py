"""The tables that offices bring, one Resource each: what its columns are, and what a row must be."""

from initiatives.imports.resources.budget import BudgetResource
from initiatives.imports.resources.initiatives import InitiativeResource
from initiatives.imports.resources.log import LogResource
from initiatives.imports.resources.organisations import OrganisationResource

RESOURCES = {
    "log": LogResource,
    "organisations": OrganisationResource,
    "initiatives": InitiativeResource,
    "budget": BudgetResource,
}


def resource_for(subject):
    return RESOURCES[subject]
