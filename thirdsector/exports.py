"""What the downloads about organisations hold: one dictionary a row, codes as text."""


def organisation_row(organisation):
    """Take an organisation with its cities."""
    return {
        "fiscal_code": organisation.fiscal_code,
        "name": organisation.name,
        "legal_form": organisation.legal_form,
        "runts_section": organisation.runts_section,
        "runts_number": organisation.runts_number,
        "seat": organisation.seat,
        "seat_province": organisation.seat_province,
        "cities": ", ".join(city.name for city in organisation.cities.all()),
        "website": organisation.website,
        "status": organisation.status,
        "source": organisation.source,
        "invented": organisation.invented,
    }
