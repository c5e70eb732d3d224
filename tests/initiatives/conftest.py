import pytest

from initiatives.actions import log
from tests.bodies import organisation
from tests.projects import entry, implementer, initiative


@pytest.fixture
def project(cast):
    """The initiative of Parma, of which the cooperative is an implementing body."""
    implementer("parma", "cooperativa")
    return initiative("parma")


@pytest.fixture
def four(project, cast):
    """An entry of each state, by who delivered it: the city counts, the rest is a partner's."""
    body = {"delivered_by": organisation("cooperativa"), "confirmed": False}
    entries = {
        "counts": entry(project, cast.parma_staff),
        "waiting": entry(project, cast.partner_member, **body),
        "returned": entry(project, cast.partner_representative, **body),
        "withdrawn": entry(project, cast.parma_staff),
    }
    log.send_back(entry=entries["returned"], version=1, note="Hours?", by=cast.parma_staff)
    log.withdraw(entry=entries["withdrawn"], version=1, reason="Twice", by=cast.parma_staff)
    return entries
