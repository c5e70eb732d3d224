"""The organisations of the tests' people: one that works with Parma, and its rival."""

from tests.places import key
from thirdsector.models import Organisation

BODIES = {
    "cooperativa": {
        "name": "Cooperativa sociale di prova",
        "fiscal_code": "00000019992",
        "legal_form": "COOPSA",
        "runts_section": "d",
        "runts_number": 1001,
        "seat": "Parma",
        "seat_province": "PR",
        "status": "verified",
    },
    "associazione": {
        "name": "Associazione di prova",
        "fiscal_code": "00000029991",
        "legal_form": "ASSR",
        "runts_section": "b",
        "runts_number": 1002,
        "seat": "Verona",
        "seat_province": "VR",
        "status": "verified",
    },
    # Nobody of the tests' people acts for it.
    "senza rappresentante": {
        "name": "Società di mutuo soccorso di prova",
        "fiscal_code": "00000039990",
        "seat": "Parma",
        "seat_province": "PR",
    },
}


def organisation(name):
    """Return the organisation, storing it where it is not yet."""
    fields = BODIES[name]
    there = Organisation.objects.filter(fiscal_code=fields["fiscal_code"]).first()
    return there or Organisation.objects.create(**fields, public_id=key(name))
