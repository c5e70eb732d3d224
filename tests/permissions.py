"""Who gets which answer from which route: the table that test_permissions.py holds against every URL."""

from typing import NamedTuple

from tests.cast import ROLES, key

SIGN_IN = "sign-in"
# An identifier that nothing has.
NOBODY = "00000000-0000-0000-0000-000000000000"


def everyone(answer):
    return dict.fromkeys(ROLES, answer)


def signed_in(answer, anonymous=SIGN_IN):
    return everyone(answer) | {"anonymous": anonymous}


def administrator(answer):
    return signed_in(403) | {"administrator": answer}


def only(answers, others):
    """What these roles get, and what everybody else who is signed in gets."""
    return signed_in(others) | answers


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
    "accounts:invitation",
    "cities:about",
    "cities:compare",
    "cities:compare_csv",
    "cities:compare_json",
    "cities:data",
    "cities:detail",
    "cities:home",
    "cities:list",
    "cities:list_csv",
    "cities:list_json",
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
    "openid_connect_callback",
    "openid_connect_login",
    "socialaccount_login_cancelled",
}

PARMAS = {"parma_lead": 200, "coordinator": 200, "administrator": 200}
# Our own pages answer 405 to every method that has no row.
OURS = [
    Row("cities:home", "GET", everyone(200)),
    Row("cities:list", "GET", everyone(200)),
    Row("cities:list_csv", "GET", everyone(200)),
    Row("cities:list_json", "GET", everyone(200)),
    Row("cities:compare", "GET", everyone(200)),
    Row("cities:compare_csv", "GET", everyone(200)),
    Row("cities:compare_json", "GET", everyone(200)),
    Row("cities:about", "GET", everyone(200)),
    Row("cities:data", "GET", everyone(200)),
    Row("cities:detail", "GET", everyone(200), {"slug": "parma"}),
    Row("cities:detail", "GET", everyone(404), {"slug": "atlantide"}, "nonexistent"),
    Row("cities:history", "GET", only(PARMAS, 403), {"slug": "parma"}),
    Row("cities:history", "GET", signed_in(404), {"slug": "atlantide"}, "nonexistent"),
    Row("privacy", "GET", everyone(200)),
    Row("accessibility", "GET", everyone(200)),
    # Nothing beats in these tests, so that the portal is rightly ill, yet ready.
    Row("healthz", "GET", everyone(503)),
    Row("readyz", "GET", everyone(200)),
]

OVERSEERS = PARMAS | {"verona_lead": 200}
PARMA_STAFF, PARMA_LEAD = {"pk": key("parma_staff")}, {"pk": key("parma_lead")}
INVITED, RESET = {"pk": key("invited")}, {"pk": key("reset")}
RESEARCHER = {"group": "researcher", "person": key("researcher")}
COORDINATOR = {"group": "coordinator", "person": key("coordinator")}
# In Parma a lead works with the staff, a coordinator only sees it; what follows a form is a redirect.
STAFF_OF_PARMA = {"parma_lead": 302, "coordinator": 403, "administrator": 302}
PEOPLE = [
    Row("accounts:home", "GET", signed_in(200)),
    Row("accounts:profile", "GET", signed_in(200)),
    Row("accounts:profile", "POST", signed_in(200)),
    Row("accounts:your_data", "GET", signed_in(200)),
    Row("accounts:your_data_copy", "GET", signed_in(200)),
    Row("accounts:erasure_ask", "GET", signed_in(200)),
    Row("accounts:erasure_ask", "POST", signed_in(302)),
    Row("accounts:erasure_withdraw", "POST", signed_in(302)),
    Row("accounts:erasure_list", "GET", administrator(200)),
    Row("accounts:erasure_carry_out", "GET", administrator(200), {"pk": key("erasure")}),
    Row("accounts:erasure_carry_out", "GET", administrator(404), {"pk": NOBODY}, "nonexistent"),
    Row("accounts:erasure_carry_out", "POST", administrator(302), {"pk": key("erasure")}),
    Row("accounts:erasure_carry_out", "POST", administrator(404), {"pk": NOBODY}, "nonexistent"),
    Row("accounts:invitation", "GET", signed_in(403, anonymous=200), {"token": "open"}),
    Row("accounts:invitation", "POST", signed_in(403, anonymous=200), {"token": "open"}),
    Row("accounts:invitation", "GET", everyone(404), {"token": "unknown"}, "nonexistent"),
    Row("cities:people", "GET", only(OVERSEERS, 403)),
    Row("cities:people_history", "GET", only(OVERSEERS, 403)),
    Row("cities:people_invite", "GET", only(OVERSEERS, 403)),
    Row("cities:people_invite", "POST", only(OVERSEERS, 403)),
    Row("cities:membership", "GET", only(PARMAS, 404), PARMA_STAFF, "parma"),
    Row("cities:membership", "GET", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("cities:membership_role", "POST", only(PARMAS | {"coordinator": 403}, 404), PARMA_STAFF, "staff"),
    Row(
        "cities:membership_role",
        "POST",
        only({"parma_lead": 403, "coordinator": 403, "administrator": 200}, 404),
        PARMA_LEAD,
        "lead",
    ),
    Row("cities:membership_role", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("cities:membership_end", "POST", only(PARMAS | {"coordinator": 403}, 404), PARMA_STAFF, "staff"),
    Row("cities:membership_end", "POST", only(PARMAS, 404), PARMA_LEAD, "lead"),
    Row("cities:membership_end", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("cities:membership_contact", "POST", only({"parma_staff": 302}, 404), PARMA_STAFF, "parma"),
    Row("cities:membership_contact", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("cities:group_member", "GET", only({"coordinator": 200, "administrator": 200}, 404), RESEARCHER),
    Row("cities:group_member", "GET", only({"administrator": 200}, 404), COORDINATOR, "coordinator"),
    Row("cities:group_leave", "POST", only({"coordinator": 302, "administrator": 302}, 404), RESEARCHER),
    Row("cities:group_leave", "POST", only({"administrator": 302}, 404), COORDINATOR, "coordinator"),
    Row("cities:invitation_resend", "POST", only(STAFF_OF_PARMA, 404), INVITED, "parma"),
    Row("cities:invitation_resend", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("cities:invitation_revoke", "POST", only(STAFF_OF_PARMA, 404), INVITED, "parma"),
    Row("cities:invitation_revoke", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("accounts:second_factor_ask", "GET", only(PARMAS, 404), {"person": key("parma_staff")}, "parma"),
    Row("accounts:second_factor_ask", "GET", signed_in(404), {"person": NOBODY}, "nonexistent"),
    Row(
        "accounts:second_factor_ask",
        "POST",
        only(dict.fromkeys(PARMAS, 302), 404),
        {"person": key("parma_staff")},
    ),
    Row("accounts:second_factor_reset", "GET", only(PARMAS | {"parma_staff": 200}, 404), RESET, "parma"),
    Row("accounts:second_factor_reset", "GET", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    # The coordinator has asked for it, the staff is who it is for: neither confirms.
    Row("accounts:second_factor_confirm", "POST", only(STAFF_OF_PARMA | {"parma_staff": 403}, 404), RESET),
    Row(
        "accounts:second_factor_cancel",
        "POST",
        only(dict.fromkeys([*PARMAS, "parma_staff"], 302), 404),
        RESET,
    ),
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
    # Only for those who have given their password and not yet their second factor.
    Row("mfa_authenticate", "GET", signed_in(302)),
    Row("mfa_authenticate", "POST", signed_in(302)),
    Row("mfa_login_webauthn", "GET", signed_in(302)),
    Row("mfa_login_webauthn", "POST", signed_in(302)),
    Row("mfa_index", "GET", signed_in(200)),
    Row("mfa_reauthenticate", "GET", signed_in(302)),
    Row("mfa_reauthenticate", "POST", signed_in(302)),
    Row("mfa_reauthenticate_webauthn", "GET", signed_in(302)),
    Row("mfa_reauthenticate_webauthn", "POST", signed_in(302)),
    # 302: the password is asked for again.
    Row("mfa_activate_totp", "GET", signed_in(302)),
    Row("mfa_activate_totp", "POST", signed_in(302)),
    Row("mfa_deactivate_totp", "GET", signed_in(404)),
    Row("mfa_deactivate_totp", "POST", signed_in(404)),
    Row("mfa_view_recovery_codes", "GET", signed_in(404)),
    Row("mfa_download_recovery_codes", "GET", signed_in(404)),
    Row("mfa_generate_recovery_codes", "GET", signed_in(302)),
    Row("mfa_generate_recovery_codes", "POST", signed_in(302)),
    Row("mfa_list_webauthn", "GET", signed_in(200)),
    Row("mfa_add_webauthn", "GET", signed_in(302)),
    Row("mfa_add_webauthn", "POST", signed_in(302)),
    Row("mfa_edit_webauthn", "GET", signed_in(302), {"pk": 1}),
    Row("mfa_edit_webauthn", "POST", signed_in(302), {"pk": 1}),
    Row("mfa_remove_webauthn", "GET", signed_in(302), {"pk": 1}),
    Row("mfa_remove_webauthn", "POST", signed_in(302), {"pk": 1}),
    Row("usersessions_list", "GET", signed_in(200)),
    Row("usersessions_list", "POST", signed_in(302)),
    Row("socialaccount_connections", "GET", signed_in(200)),
    Row("socialaccount_connections", "POST", signed_in(200)),
    Row("socialaccount_login_cancelled", "GET", everyone(200)),
    # No provider of identities is configured.
    Row("openid_connect_login", "GET", everyone(404), {"provider_id": "sso"}),
    Row("openid_connect_callback", "GET", everyone(404), {"provider_id": "sso"}),
    Row("admin:index", "GET", administrator(200) | {"coordinator": 200}),
]

OURS += PEOPLE
MATRIX = OURS + LIBRARIES
