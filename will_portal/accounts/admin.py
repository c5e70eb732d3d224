from allauth.account.decorators import secure_admin_login
from allauth.mfa import admin as mfa
from allauth.socialaccount import admin as socialaccount
from allauth.usersessions import admin as usersessions
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.translation import gettext_lazy as _

from will_portal.accounts.models import User

# One door only: the administration's own sign-in page knows neither rate limits nor confirmed e-mails.
admin.site.login = secure_admin_login(admin.site.login)

# Secrets, keys of sessions and identities from elsewhere are for nobody but the person they belong to.
admin.site.unregister(
    [
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
