from thirdsector.models.organisations import Organisation
from thirdsector.models.people import OrganisationGrant, OrganisationMembership, Role

__all__ = ["Organisation", "OrganisationGrant", "OrganisationMembership", "Role"]
