from will_portal.accounts.models.erasures import ErasureRequest
from will_portal.accounts.models.invitations import Grant, GroupGrant, Invitation
from will_portal.accounts.models.second_factors import SecondFactorReset
from will_portal.accounts.models.user import User, UserGroup

__all__ = ["ErasureRequest", "Grant", "GroupGrant", "Invitation", "SecondFactorReset", "User", "UserGroup"]
