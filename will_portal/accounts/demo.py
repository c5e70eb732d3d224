"""Invented people, one for each part that somebody plays; ./will reads this without starting Django."""

from typing import NamedTuple


def gettext_noop(text):
    # Django's own reads the settings, which ./will has not made yet.
    return text


PASSWORD = "will"  # nosec B105: public on purpose, and refused in production


class DemoAccount(NamedTuple):
    email: str
    role: str
    group: str = ""
    administrator: bool = False


ACCOUNTS = [
    DemoAccount("operatore@parma.example", gettext_noop("City staff, Parma")),
    DemoAccount("referente@parma.example", gettext_noop("City lead, Parma")),
    DemoAccount("operatore@verona.example", gettext_noop("City staff, Verona")),
    DemoAccount("referente@verona.example", gettext_noop("City lead, Verona")),
    DemoAccount(
        "rappresentante@cooperativa.example", gettext_noop("Third Sector representative, cooperative")
    ),
    DemoAccount("socio@cooperativa.example", gettext_noop("Third Sector member, cooperative")),
    DemoAccount(
        "rappresentante@associazione.example", gettext_noop("Third Sector representative, association")
    ),
    DemoAccount("ricerca@universita.example", gettext_noop("Researcher"), group="researcher"),
    DemoAccount("coordinamento@will.example", gettext_noop("Programme coordinator"), group="coordinator"),
    DemoAccount("admin@will.example", gettext_noop("Administrator"), administrator=True),
]
