from tests.permissions.answers import NOBODY, Row, everyone, only, signed_in
from tests.places import key

PUBLIC = {
    "thirdsector:detail",
    "thirdsector:list",
    "thirdsector:list_csv",
    "thirdsector:list_json",
}
COOPERATIVE = {"public_id": key("cooperativa")}
# In the tests it is active in Parma and Verona, and has its representative.
NEW = {"public_id": key("senza rappresentante")}
NOTHING = {"public_id": NOBODY}
MEMBER, REPRESENTATIVE = {"pk": key("partner_member")}, {"pk": key("partner_representative")}
INVITED = {"pk": key("invited representative")}
ADDERS = dict.fromkeys(["parma_lead", "verona_lead", "coordinator", "administrator"], 200)
EDITORS = ADDERS | {"partner_representative": 200}
READERS = dict.fromkeys(["partner_representative", "coordinator", "administrator"], 200)
KEEPERS = {"partner_representative": 200, "administrator": 200}
# Active in Parma alone: its lead may bring in the first representative.
OPENERS = dict.fromkeys(["parma_lead", "coordinator", "administrator"], 200)
OPENING = dict.fromkeys(OPENERS, 302)
ROWS = [
    Row("thirdsector:list", "GET", everyone(200)),
    Row("thirdsector:list_csv", "GET", everyone(200)),
    Row("thirdsector:list_json", "GET", everyone(200)),
    Row("thirdsector:detail", "GET", everyone(200), COOPERATIVE),
    Row("thirdsector:detail", "GET", everyone(404), NOTHING, "nonexistent"),
    Row("thirdsector:add", "GET", only(ADDERS, 403)),
    Row("thirdsector:add", "POST", only(ADDERS, 403)),
    Row("thirdsector:edit", "GET", only(EDITORS, 403), COOPERATIVE),
    Row("thirdsector:edit", "GET", only(OPENERS, 403), NEW, "parma"),
    Row("thirdsector:edit", "GET", signed_in(404), NOTHING, "nonexistent"),
    # For Verona, where it does nothing, its lead may say no more than that.
    Row("thirdsector:edit", "POST", only(EDITORS | {"verona_lead": 302}, 403), COOPERATIVE),
    Row("thirdsector:edit", "POST", only(OPENERS, 403), NEW, "parma"),
    Row("thirdsector:edit", "POST", signed_in(404), NOTHING, "nonexistent"),
    Row("thirdsector:history", "GET", only(READERS, 403), COOPERATIVE),
    Row("thirdsector:history", "GET", only(OPENERS, 403), NEW, "parma"),
    Row("thirdsector:history", "GET", signed_in(404), NOTHING, "nonexistent"),
    Row("thirdsector:people", "GET", only(KEEPERS, 403), COOPERATIVE),
    Row("thirdsector:people", "GET", only(OPENERS, 403), NEW, "first"),
    Row("thirdsector:people", "GET", signed_in(404), NOTHING, "nonexistent"),
    Row("thirdsector:people_invite", "GET", only(KEEPERS, 403), COOPERATIVE),
    Row("thirdsector:people_invite", "GET", only(OPENERS, 403), NEW, "first"),
    Row("thirdsector:people_invite", "GET", signed_in(404), NOTHING, "nonexistent"),
    Row("thirdsector:people_invite", "POST", only(KEEPERS, 403), COOPERATIVE),
    Row("thirdsector:people_invite", "POST", only(OPENERS, 403), NEW, "first"),
    Row("thirdsector:people_invite", "POST", signed_in(404), NOTHING, "nonexistent"),
    Row("thirdsector:membership", "GET", only(KEEPERS, 404), MEMBER, "member"),
    Row("thirdsector:membership", "GET", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("thirdsector:membership_role", "POST", only(KEEPERS, 404), MEMBER, "member"),
    Row(
        "thirdsector:membership_role",
        "POST",
        only(KEEPERS | {"partner_representative": 403}, 404),
        REPRESENTATIVE,
        "representative",
    ),
    Row("thirdsector:membership_role", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("thirdsector:membership_end", "POST", only(KEEPERS, 404), MEMBER, "member"),
    Row("thirdsector:membership_end", "POST", only(KEEPERS, 404), REPRESENTATIVE, "representative"),
    Row("thirdsector:membership_end", "POST", signed_in(404), {"pk": NOBODY}, "nonexistent"),
    Row("cities:invitation_resend", "POST", only(OPENING, 404), INVITED, "organisation"),
    Row("cities:invitation_revoke", "POST", only(OPENING, 404), INVITED, "organisation"),
]
