from tests.cast import key
from tests.permissions.answers import NOBODY, Row, everyone, only, signed_in

FIRST, NO_RELEASE = {"number": 1}, {"number": 999_999}
OWN, NOTHING = {"pk": key("saved view")}, {"pk": NOBODY}
PARMA, NO_CITY = {"slug": "parma"}, {"slug": "atlantis"}
# A saved view is its owner's: even colleagues find nothing.
OF_ITS_OWNER = only({"parma_staff": 200}, 404)
OPENED = only({"parma_staff": 302}, 404)
# What is held back from all others stands there: neither the coordinator nor the administration reads it.
OWN_PEOPLE = only({"parma_staff": 200, "parma_lead": 200}, 403)
ABOUT_ONE = ["detail", "data_csv", "codebook", "codebook_csv"]
FILES = ["page", "csv", "xlsx"]
PUBLIC = {"releases:list", *(f"releases:{name}" for name in ABOUT_ONE)}
ROWS = [
    Row("releases:list", "GET", everyone(200)),
    *(Row(f"releases:{name}", "GET", everyone(200), FIRST, "made") for name in ABOUT_ONE),
    *(Row(f"releases:{name}", "GET", everyone(404), NO_RELEASE, "nonexistent") for name in ABOUT_ONE),
    Row("saved:list", "GET", signed_in(200)),
    Row("saved:add", "GET", signed_in(200)),
    Row("saved:add", "POST", signed_in(200)),
    Row("saved:open", "GET", OPENED, OWN, "own"),
    Row("saved:open", "GET", signed_in(404), NOTHING, "nonexistent"),
    *(Row(f"saved:{verb}", "GET", OF_ITS_OWNER, OWN, "own") for verb in ["rename", "delete"]),
    *(Row(f"saved:{verb}", "GET", signed_in(404), NOTHING, "nonexistent") for verb in ["rename", "delete"]),
    Row("saved:rename", "POST", OF_ITS_OWNER, OWN, "own"),
    Row("saved:delete", "POST", OPENED, OWN, "own"),
    *(Row(f"statement:{name}", "GET", OWN_PEOPLE, PARMA, "parma") for name in FILES),
    *(Row(f"statement:{name}", "GET", signed_in(404), NO_CITY, "nonexistent") for name in FILES),
]
