from tests.cast import key
from tests.permissions.answers import NOBODY, Row, everyone, only, signed_in
from tests.permissions.log import WITH_PLACE

PUBLIC = {"initiatives:list_xlsx", "thirdsector:list_xlsx"}
OWN, NOTHING = {"public_id": key("export")}, {"public_id": NOBODY}
# Bound to whoever asked for it: its colleagues and the administration find nothing.
OF_ITS_AUTHOR = only({"parma_staff": 200}, 404)
# Without a place, or without the filters of a list, there is nothing to make.
NOT_ASKED_RIGHTLY = {role: 400 if answer == 200 else answer for role, answer in WITH_PLACE.items()}
NO_PLACE_NAMED = {role: 404 if answer == 200 else answer for role, answer in WITH_PLACE.items()}
ROWS = [
    Row("initiatives:list_xlsx", "GET", everyone(200)),
    Row("thirdsector:list_xlsx", "GET", everyone(200)),
    Row("imports:exports", "GET", WITH_PLACE),
    Row("imports:exports", "POST", NOT_ASKED_RIGHTLY),
    Row("imports:export", "GET", OF_ITS_AUTHOR, OWN, "own"),
    Row("imports:export", "GET", signed_in(404), NOTHING, "nonexistent"),
    Row("imports:export_file", "GET", OF_ITS_AUTHOR, OWN, "own"),
    Row("imports:export_file", "GET", signed_in(404), NOTHING, "nonexistent"),
    Row("imports:template", "GET", NO_PLACE_NAMED),
]
