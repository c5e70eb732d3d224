"""What the downloads about initiatives hold: one dictionary a row, codes as text."""

from django.utils.translation import gettext_lazy as _

# What is no field of an initiative of the same name.
HEADINGS = {
    "city": _("cadastral code"),
    "city_name": _("city"),
    "published": _("published"),
    "invented": _("invented"),
    "url": "URL",
}


def initiative_row(initiative):
    """Take an initiative with its cities; codes that share a cell are divided by blanks."""
    return {
        "code": initiative.code,
        "title": initiative.title,
        "city": initiative.city.cadastral_code,
        "city_name": initiative.city.name,
        "partner_cities": " ".join(city.cadastral_code for city in initiative.partner_cities.all()),
        "innovation_area": initiative.innovation_area,
        "innovation_lever": initiative.innovation_lever,
        "user_areas": " ".join(initiative.user_areas),
        "stage": initiative.stage,
        "starts": initiative.starts or "",
        "ends": initiative.ends or "",
        "cups": " ".join(initiative.cups),
        "published": bool(initiative.published_at),
        "origin": initiative.origin,
        "invented": initiative.is_invented,
        "localised_in": initiative.localised_in,
        "source": initiative.source,
    }
