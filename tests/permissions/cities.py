from tests.permissions.answers import PARMAS, Row, everyone, only, signed_in

PUBLIC = {
    "accessibility",
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
}
ROWS = [
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
