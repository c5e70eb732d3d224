from tests.permissions.answers import NOBODY, Row, everyone, only, signed_in
from tests.places import key

PUBLIC = {
    "initiatives:detail",
    "initiatives:list",
    "initiatives:list_csv",
    "initiatives:list_json",
}
DRAFT, IDEA, PUBLISHED, NONE = (
    {"public_id": public_id}
    for public_id in [
        key("initiative parma"),
        key("idea parma"),
        key("published verona"),
        NOBODY,
    ]
)
# Those who see a draft of Parma, whose implementing body is the cooperative, but may not change it.
SEEING = dict.fromkeys(
    ["partner_representative", "partner_member", "researcher", "coordinator", "administrator"], 403
)
STAFF = {"parma_staff": 200, "parma_lead": 200}
LEAD = {"parma_staff": 403, "parma_lead": 200}
WORKS = dict.fromkeys(["parma_staff", "parma_lead", "verona_staff", "verona_lead"], 200)
PART = DRAFT | {"pk": 1_000_000}


def seen_by_all(answer):
    return everyone(404) | dict.fromkeys([*STAFF, *SEEING], answer)


def moved(answers):
    """The answers to a change that leads on to another page."""
    return {role: 302 if answer == 200 else answer for role, answer in answers.items()}


ROWS = [
    Row("initiatives:list", "GET", everyone(200)),
    Row("initiatives:list_csv", "GET", everyone(200)),
    Row("initiatives:list_json", "GET", everyone(200)),
    Row("initiatives:detail", "GET", everyone(200), PUBLISHED, "published"),
    Row("initiatives:detail", "GET", seen_by_all(200), DRAFT, "draft"),
    Row(
        "initiatives:detail",
        "GET",
        everyone(404) | STAFF | {"coordinator": 200, "administrator": 200},
        IDEA,
        "idea",
    ),
    Row("initiatives:detail", "GET", everyone(404), NONE, "nonexistent"),
    Row("initiatives:add", "GET", only(WORKS, 403)),
    Row("initiatives:add", "POST", only(WORKS, 403)),
    Row("initiatives:history", "GET", only(LEAD | SEEING | {"administrator": 200}, 404), DRAFT, "draft"),
    Row(
        "initiatives:history",
        "GET",
        only({"verona_lead": 200, "administrator": 200}, 403),
        PUBLISHED,
        "published",
    ),
    Row("initiatives:history", "GET", signed_in(404), NONE, "nonexistent"),
]
for route, answers, post in [
    ("edit", STAFF, STAFF),
    ("partners", STAFF, STAFF),
    ("money", STAFF, STAFF),
    ("stage", LEAD, LEAD),
    ("publish", LEAD, moved(LEAD)),
]:
    name = f"initiatives:{route}"
    verona = {f"verona_{role.removeprefix('parma_')}": answer for role, answer in answers.items()}
    ROWS += [
        Row(name, "GET", only(answers | SEEING, 404), DRAFT, "draft"),
        Row(name, "GET", only(verona, 403), PUBLISHED, "published"),
        Row(name, "GET", signed_in(404), NONE, "nonexistent"),
        Row(name, "POST", only(post | SEEING, 404), DRAFT, "draft"),
        Row(name, "POST", signed_in(404), NONE, "nonexistent"),
    ]
SHARED = PUBLISHED | {"slug": "parma"}
ROWS += [
    Row("initiatives:leave", "POST", only({"parma_lead": 302}, 403), SHARED, "shared"),
    Row("initiatives:leave", "POST", signed_in(404), SHARED | {"slug": "verona"}, "not a partner"),
    Row("initiatives:leave", "POST", signed_in(404), NONE | {"slug": "parma"}, "nonexistent"),
    Row("initiatives:unpublish", "POST", only(moved(LEAD) | SEEING, 404), DRAFT, "draft"),
    Row("initiatives:unpublish", "POST", signed_in(404), NONE, "nonexistent"),
    Row("initiatives:partner", "GET", only(STAFF | SEEING, 404), PART, "draft"),
    Row("initiatives:partner", "GET", signed_in(404), NONE | {"pk": 1}, "nonexistent"),
    Row("initiatives:partner", "POST", only(STAFF | SEEING, 404), PART, "draft"),
    Row("initiatives:partner", "POST", signed_in(404), NONE | {"pk": 1}, "nonexistent"),
    Row("initiatives:partner_remove", "POST", only(moved(STAFF) | SEEING, 404), PART, "draft"),
    Row("initiatives:partner_remove", "POST", signed_in(404), NONE | {"pk": 1}, "nonexistent"),
]
