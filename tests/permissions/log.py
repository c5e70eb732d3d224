from tests.cast import key
from tests.permissions.answers import NOBODY, Row, only, signed_in

CITY_PEOPLE = ["parma_staff", "parma_lead", "verona_staff", "verona_lead"]
BODIES = ["partner_representative", "partner_member", "rival_representative"]
OWN_BODY = ["partner_representative", "partner_member"]
OF_CITIES = only(dict.fromkeys(CITY_PEOPLE, 200), 403)
WAITING, NO_ENTRY = {"public_id": key("waiting entry")}, {"public_id": NOBODY}
TO_WITHDRAW = only(dict.fromkeys(["parma_staff", "parma_lead", *OWN_BODY], 200), 404)
# A partner sees its entry, and does not judge it.
TO_RETURN = only({"parma_staff": 200, "parma_lead": 200} | dict.fromkeys(OWN_BODY, 403), 404)
OPEN, CLOSED = {"slug": "parma", "month": "2026-01"}, {"slug": "parma", "month": "2026-02"}
NO_CITY = {"slug": "nowhere", "month": "2026-01"}


def of_the_lead(answer):
    return only({"parma_lead": answer, "parma_staff": 403}, 404)


PUBLIC = set()
WITH_PLACE = only(dict.fromkeys([*CITY_PEOPLE, *BODIES], 200), 403)
TO_CLEAR = only({"parma_staff": 302, "parma_lead": 302} | dict.fromkeys(OWN_BODY, 403), 404)
ROWS = [
    Row("log:list", "GET", WITH_PLACE),
    Row("log:add", "GET", WITH_PLACE),
    Row("log:add", "POST", WITH_PLACE),
    Row("log:copy", "GET", WITH_PLACE),
    Row("log:copy", "POST", WITH_PLACE),
    Row("log:entry", "GET", TO_WITHDRAW, WAITING, "waiting"),
    Row("log:entry", "GET", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:edit", "GET", TO_WITHDRAW, WAITING, "waiting"),
    Row("log:edit", "POST", TO_WITHDRAW, WAITING, "waiting"),
    Row("log:edit", "GET", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:edit", "POST", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:clear_note", "POST", TO_CLEAR, WAITING, "waiting"),
    Row("log:clear_note", "POST", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:to_confirm", "GET", OF_CITIES),
    Row("log:confirm", "POST", OF_CITIES),
    Row("log:returned", "GET", only(dict.fromkeys(BODIES, 200), 403)),
    Row("log:withdraw", "GET", TO_WITHDRAW, WAITING, "waiting"),
    Row("log:withdraw", "POST", TO_WITHDRAW, WAITING, "waiting"),
    Row("log:withdraw", "GET", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:withdraw", "POST", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:return", "GET", TO_RETURN, WAITING, "waiting"),
    Row("log:return", "POST", TO_RETURN, WAITING, "waiting"),
    Row("log:return", "GET", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:return", "POST", signed_in(404), NO_ENTRY, "nonexistent"),
    Row("log:months", "GET", OF_CITIES),
    Row("log:month_close", "GET", of_the_lead(200), OPEN, "open"),
    Row("log:month_close", "POST", of_the_lead(302), OPEN, "open"),
    Row("log:month_close", "POST", of_the_lead(200), CLOSED, "closed"),
    Row("log:month_close", "GET", signed_in(404), NO_CITY, "nonexistent"),
    Row("log:month_close", "POST", signed_in(404), NO_CITY, "nonexistent"),
    Row("log:month_reopen", "GET", of_the_lead(200), CLOSED, "closed"),
    Row("log:month_reopen", "POST", of_the_lead(200), CLOSED, "closed"),
    Row("log:month_reopen", "POST", of_the_lead(302), OPEN, "open"),
    Row("log:month_reopen", "POST", signed_in(404), NO_CITY, "nonexistent"),
]
