from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from django.core.exceptions import PermissionDenied

from will_portal.accounts import languages


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def post_login(self, request, user, **kwargs):
        return languages.remember(super().post_login(request, user, **kwargs), user.language)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """An identity from elsewhere opens an account that exists, and never makes one."""

    def is_open_for_signup(self, request, sociallogin):
        return False

    def pre_social_login(self, request, sociallogin):
        # Connecting follows from the e-mail alone: a link that connects could be slipped to somebody else.
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise PermissionDenied

    def populate_user(self, request, sociallogin, data):
        # Providers tell more than we may keep, tax codes among it: their number for the person is enough.
        sociallogin.account.extra_data = {}
        return super().populate_user(request, sociallogin, data)

    def authenticate_by_email(self, sociallogin):
        for address in sociallogin.email_addresses:
            # Some providers write the word, and "false" is as true as any other.
            address.verified = address.verified in (True, "true")
        found = super().authenticate_by_email(sociallogin)
        return found if found and may_connect(*found, sociallogin.account.provider) else None


def may_connect(user, email, provider):
    """Both sides have confirmed the address, and no other identity of this provider has the account.

    The latter because a mailbox passed on to a successor must not hand over the account with it.
    """
    confirmed = EmailAddress.objects.filter(user=user, email=email.lower(), verified=True).exists()
    return confirmed and not SocialAccount.objects.filter(user=user, provider=provider).exists()
