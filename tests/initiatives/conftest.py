import pytest

from tests.projects import implementer, initiative


@pytest.fixture
def project(cast):
    """The initiative of Parma, of which the cooperative is an implementing body."""
    implementer("parma", "cooperativa")
    return initiative("parma")
