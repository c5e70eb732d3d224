"""Who gets which answer from which route: the table that test_permissions.py holds against every URL."""

from typing import NamedTuple

from tests.cast import ROLES

SIGN_IN = "sign-in"


def everyone(answer):
    return dict.fromkeys(ROLES, answer)


def signed_in(answer, anonymous=SIGN_IN):
    return everyone(answer) | {"anonymous": anonymous}


def administrator(answer):
    return signed_in(403) | {"administrator": answer}


class Row(NamedTuple):
    route: str
    method: str
    answers: dict
    arguments: dict = {}
    # Which object the arguments lead to, where a route answers differently for different ones.
    case: str = ""

    @property
    def id(self):
        return "-".join(filter(None, [self.route, self.method, self.case]))


# What a stranger may open. Everything else leads to the sign-in page.
PUBLIC = {
    "accessibility",
    "cities:detail",
    "cities:home",
    "cities:list",
    "healthz",
    "privacy",
    "readyz",
    "set_language",
    "account_confirm_email",
    "account_email_verification_sent",
    "account_inactive",
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_signup",
}

# Our own pages answer 405 to every method that has no row.
OURS = [
    Row("cities:home", "GET", everyone(200)),
    Row("cities:list", "GET", everyone(200)),
    Row("cities:detail", "GET", everyone(200), {"slug": "parma"}),
    Row("cities:detail", "GET", everyone(404), {"slug": "atlantide"}, "nonexistent"),
    Row("privacy", "GET", everyone(200)),
    Row("accessibility", "GET", everyone(200)),
    # Nothing beats in these tests, so that the portal is rightly ill, yet ready.
    Row("healthz", "GET", everyone(503)),
    Row("readyz", "GET", everyone(200)),
]

# The pages of libraries have more methods than anybody uses: only those that browsers send have rows.
LIBRARIES = [
    Row("set_language", "GET", everyone(302)),
    Row("set_language", "POST", everyone(302)),
    Row("account_login", "GET", signed_in(302, anonymous=200)),
    Row("account_login", "POST", signed_in(302, anonymous=200)),
    Row("account_logout", "GET", signed_in(200, anonymous=302)),
    Row("account_logout", "POST", everyone(302)),
    Row("account_inactive", "GET", everyone(200)),
    Row("account_signup", "GET", signed_in(302, anonymous=200)),
    Row("account_signup", "POST", signed_in(302, anonymous=200)),
    Row("account_confirm_email", "GET", everyone(200), {"key": "unknown"}),
    Row("account_confirm_email", "POST", everyone(404), {"key": "unknown"}),
    Row("account_email_verification_sent", "GET", everyone(200)),
    Row("account_email", "GET", signed_in(200)),
    Row("account_email", "POST", signed_in(302)),
    Row("account_reauthenticate", "GET", signed_in(200)),
    Row("account_reauthenticate", "POST", signed_in(200)),
    Row("account_change_password", "GET", signed_in(200)),
    Row("account_change_password", "POST", signed_in(200)),
    # For people who signed in elsewhere and have no password yet.
    Row("account_set_password", "GET", signed_in(302)),
    Row("account_set_password", "POST", signed_in(302)),
    Row("account_reset_password", "GET", everyone(200)),
    Row("account_reset_password", "POST", everyone(200)),
    Row("account_reset_password_done", "GET", everyone(200)),
    Row("account_reset_password_from_key", "GET", everyone(200), {"uidb36": "1", "key": "unknown"}),
    Row("account_reset_password_from_key", "POST", everyone(200), {"uidb36": "1", "key": "unknown"}),
    Row("account_reset_password_from_key_done", "GET", everyone(200)),
    # Codes by e-mail are off.
    Row("account_confirm_login_code", "GET", signed_in(302)),
    Row("account_confirm_login_code", "POST", signed_in(302)),
    Row("admin:index", "GET", administrator(200)),
]

MATRIX = OURS + LIBRARIES
