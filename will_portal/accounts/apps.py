from django.apps import AppConfig
from django.contrib.auth import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "will_portal.accounts"
    verbose_name = _("people")

    def ready(self):
        from will_portal.accounts import grants, roles
        from will_portal.accounts.groups import ADMINISTRATOR, LABELS
        from will_portal.accounts.middleware import note_sign_in
        from will_portal.accounts.models import GroupGrant
        from will_portal.accounts.positions import positions
        from will_portal.accounts.waiting import erasures_to_carry_out, resets_to_confirm
        from will_portal.common import waiting

        user_logged_in.connect(note_sign_in)
        roles.register(positions, *LABELS, ADMINISTRATOR)
        grants.register(GroupGrant)
        waiting.register(resets_to_confirm)
        waiting.register(erasures_to_carry_out)
        self.classify_personal_data()

    def classify_personal_data(self):
        from allauth.account.models import EmailAddress
        from allauth.mfa.models import Authenticator
        from allauth.socialaccount.models import SocialAccount
        from allauth.usersessions.models import UserSession
        from django.contrib.admin.models import LogEntry

        from will_portal.accounts.models import ErasureRequest, Invitation, SecondFactorReset, UserGroup
        from will_portal.accounts.personal_data import register_about, register_acts

        register_about(EmailAddress, "user")
        register_about(Authenticator, "user", hidden=["data"])
        register_about(SocialAccount, "user")
        register_about(UserSession, "user", hidden=["session_key"])
        register_about(UserGroup, "user")
        register_acts(LogEntry, "user")
        register_acts(Invitation, "invited_by", "accepted_by", "revoked_by", hidden=["token_hash"])
        register_acts(SecondFactorReset, "person", "asked_by", "confirmed_by", "cancelled_by")
        register_acts(ErasureRequest, "person", "done_by")
