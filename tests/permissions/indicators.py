from tests.permissions.answers import Row, everyone

PUBLIC = {"indicators:list", "indicators:list_csv", "indicators:list_json", "indicators:detail"}
ROWS = [
    Row("indicators:list", "GET", everyone(200)),
    Row("indicators:list_csv", "GET", everyone(200)),
    Row("indicators:list_json", "GET", everyone(200)),
    Row("indicators:detail", "GET", everyone(200), {"code": "people-served"}),
    Row("indicators:detail", "GET", everyone(404), {"code": "happiness"}, "nonexistent"),
]
