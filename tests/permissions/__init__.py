"""Who gets which answer from which route: the table that test_permissions.py holds against every URL."""

from tests.permissions import (
    cities,
    dashboard,
    exports,
    imports,
    indicators,
    initiatives,
    libraries,
    log,
    people,
    releases,
    runs,
    thirdsector,
)

OUR_PAGES = [
    cities,
    people,
    thirdsector,
    initiatives,
    log,
    exports,
    imports,
    runs,
    indicators,
    releases,
    dashboard,
]
OURS = [row for pages in OUR_PAGES for row in pages.ROWS]
MATRIX = OURS + libraries.ROWS
# What a stranger may open. Everything else leads to the sign-in page.
PUBLIC = {route for pages in [*OUR_PAGES, libraries] for route in pages.PUBLIC}
