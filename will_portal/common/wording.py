"""Words of libraries that the portal says otherwise: named here, our catalogue has them, and ours wins."""

from django.utils.translation import gettext_noop

# Django's Italian begins months with a capital, which Italian does not.
MONTHS = [
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
]
# allauth's Italian speaks as no office does.
SIGN_IN = [
    gettext_noop("Successfully signed in as %(name)s."),
    gettext_noop("You have signed out."),
    gettext_noop("Please reauthenticate to safeguard your account."),
    gettext_noop("Authenticator code"),
    gettext_noop("Security key added."),
    gettext_noop("A new set of recovery codes has been generated."),
    gettext_noop("Master key"),
    gettext_noop("Current Password"),
    gettext_noop("New Password"),
    gettext_noop("New Password (again)"),
    gettext_noop("Change Password"),
    gettext_noop("Email"),
]
