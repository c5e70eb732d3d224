from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa
from allauth.socialaccount import admin as socialaccount
from allauth.usersessions import admin as usersessions
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.actions import end_sessions
from will_portal.accounts.models import User

# One door only: the administration's own sign-in page knows neither rate limits nor confirmed e-mails.
admin.site.login = secure_admin_login(admin.site.login)

# Secrets, keys of sessions and identities from elsewhere are for nobody but the person they belong to.
admin.site.unregister(
    [
        # Its names are roles: deleting one would take the role from everybody.
        Group,
        mfa.Authenticator,
        socialaccount.SocialAccount,
        socialaccount.SocialApp,
        socialaccount.SocialToken,
        usersessions.UserSession,
    ]
)


@admin.register(User)
class PortalUserAdmin(UserAdmin):
    list_display = ["email", "display_name", "is_active", "is_staff", "last_login"]
    search_fields = ["email", "display_name"]
    ordering = ["email"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "display_name", "language"]}),
        (_("Rights"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["email", "display_name", "password1", "password2"]})
    ]

    def has_delete_permission(self, request, obj=None):
        # People are switched off or erased: deleting would take along what they did.
        return False

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if change and "email" in form.changed_data:
            # The old mailbox must not open the account any more, nor the new one before it is confirmed.
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email, primary=True)
            end_sessions(obj)
