from tests.permissions.answers import NOBODY, Row, only, signed_in
from tests.permissions.log import CITY_PEOPLE, OWN_BODY, WITH_PLACE
from tests.places import key

CHECKED, LOADED = {"public_id": key("checked file")}, {"public_id": key("loaded file")}
NO_FILE = {"public_id": NOBODY}
# The rival is no implementing body of anything: what it delivers is nobody's initiative.
MAY_BRING = only(dict.fromkeys([*CITY_PEOPLE, *OWN_BODY], 200) | {"rival_representative": 403}, 403)
OF_PARMA = only({"parma_staff": 200, "parma_lead": 200}, 404)


def of_its_author(answer):
    """Staff brought it: the lead reads it, and does not go on with it."""
    return only({"parma_staff": answer, "parma_lead": 403}, 404)


PUBLIC = set()
VERBS = ["match", "back", "confirm", "discard"]
PAGES = ["run", "original", "marked", "undo"]
ROWS = [
    Row("imports:list", "GET", WITH_PLACE),
    Row("imports:add", "GET", MAY_BRING),
    Row("imports:add", "POST", MAY_BRING),
    *(Row(f"imports:{page}", "GET", OF_PARMA, LOADED, "loaded") for page in PAGES),
    *(Row(f"imports:{page}", "GET", signed_in(404), NO_FILE, "nonexistent") for page in PAGES),
    Row("imports:run", "GET", OF_PARMA, CHECKED, "checked"),
    Row("imports:match", "POST", of_its_author(302), CHECKED, "checked"),
    Row("imports:back", "POST", of_its_author(302), CHECKED, "checked"),
    Row("imports:confirm", "POST", of_its_author(200), CHECKED, "checked"),
    Row("imports:discard", "POST", of_its_author(302), CHECKED, "checked"),
    *(Row(f"imports:{verb}", "POST", signed_in(404), NO_FILE, "nonexistent") for verb in [*VERBS, "undo"]),
    Row("imports:undo", "POST", only({"parma_staff": 302, "parma_lead": 302}, 404), LOADED, "loaded"),
]
