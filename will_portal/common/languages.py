from django.utils.translation import get_language


def of_reader(row, field):
    """Return `name_it` or `name_en` for "name", as the page asks; in Italian if English is missing."""
    english = get_language() == "en" and getattr(row, f"{field}_en")
    return english or getattr(row, f"{field}_it")
