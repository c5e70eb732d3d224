import pytest

from tests.bodies import organisation


@pytest.fixture
def cooperative(parma, verona):
    """Works in both cities; of the tests' people, one represents it and one is a member."""
    body = organisation("cooperativa")
    body.cities.set([parma, verona])
    return body


@pytest.fixture
def new_body(parma):
    """Works in Parma, and nobody represents it yet."""
    body = organisation("senza rappresentante")
    body.cities.set([parma])
    return body
