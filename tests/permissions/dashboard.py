from tests.permissions.answers import Row, everyone

FILES = ["csv", "xlsx", "json", "png", "svg"]
NAMES = [f"dashboard:{name}" for name in ["show", "made", *FILES]]
PUBLIC = set(NAMES)
ROWS = [Row(name, "GET", everyone(200)) for name in NAMES]
