from html import unescape

import pytest
from django.db import OperationalError, connection
from django.urls import reverse


def refuse(*args):
    raise OperationalError("connection refused")


@pytest.fixture
def visitor(client):
    client.raise_request_exception = False
    return client


@pytest.mark.django_db
def test_a_page_without_its_database_asks_to_come_back(visitor):
    with connection.execute_wrapper(refuse):
        response = visitor.get("/")
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "in questo momento non risponde" in response.content.decode()


@pytest.mark.django_db
def test_a_fault_of_the_portal_is_not_blamed_on_the_database(visitor, monkeypatch):
    monkeypatch.setattr("cities.views.pages.render", None)
    response = visitor.get("/")
    assert response.status_code == 500
    assert "Qualcosa non ha funzionato" in response.content.decode()


def test_an_address_without_a_page_says_so_to_whoever_opens_it(client_of):
    client = client_of("parma_staff")
    response = client.get(reverse("log:confirm"))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert "riceve solo l'invio di un modulo" in unescape(response.text)
    assert not client.get(reverse("log:confirm"), headers={"HX-Request": "true"}).content
