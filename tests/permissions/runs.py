from tests.permissions.answers import Row, only, signed_in
from tests.permissions.initiatives import moved

CHECKED, NO_RUN = {"pk": 1_000_000}, {"pk": 999_999_999}
IN_CHARGE = {"coordinator": 200, "administrator": 200}
READERS = dict.fromkeys(["parma_lead", "verona_lead", "researcher"], 200) | IN_CHARGE
PUBLIC = set()
ROWS = [
    Row("runs:list", "GET", only(READERS, 403)),
    Row("runs:run", "GET", only(READERS, 404), CHECKED, "checked"),
    Row("runs:run", "GET", signed_in(404), NO_RUN, "nonexistent"),
    # Of what kind is not said.
    Row("runs:start", "POST", only(dict.fromkeys(IN_CHARGE, 400), 403)),
    Row("runs:retry_parked", "POST", only(moved(IN_CHARGE), 403)),
]
