from tests.cast import key
from tests.permissions.answers import NOBODY, PARMAS, Row, administrator, everyone, only, signed_in

PUBLIC = {"accounts:invitation"}
OVERSEERS = PARMAS | {"verona_lead": 200}
PARMA_STAFF, PARMA_LEAD = {"pk": key("parma_staff")}, {"pk": key("parma_lead")}
INVITED, RESET = {"pk": key("invited")}, {"pk": key("reset")}
RESEARCHER = {"group": "researcher", "person": key("researcher")}
COORDINATOR = {"group": "coordinator", "person": key("coordinator")}
# In Parma a lead works with the staff, a coordinator only sees it; what follows a form is a redirect.
STAFF_OF_PARMA = {"parma_lead": 302, "coordinator": 403, "administrator": 302}
ROWS = [
    Row("accounts:home", "GET", signed_in(200)),
    Row("accounts:profile", "GET", signed_in(200)),
    Row("accounts:profile", "POST", signed_in(200)),
    Row("accounts:your_data", "GET", signed_in(200)),
    # 302: the password is asked for again.
    Row("accounts:your_data_copy", "GET", signed_in(302)),
    Row("accounts:erasure_ask", "GET", signed_in(302)),
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
