"""What people do in many tests."""

import re

from django.utils.translation import gettext

from tests.cast import PASSWORD


def name(source):
    """The exact words in Italian of a string of the portal."""
    return re.compile(rf"^\s*{re.escape(gettext(source))}\s*$")


def sign_in(page, email, password=PASSWORD):
    page.goto("/accounts/login/")
    page.locator("main").get_by_role("textbox", name=re.compile("mail")).fill(email)
    page.locator("main").get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name=name("Sign in")).click()
