"""Whether the soak would notice what it looks for."""

import socket
from datetime import date
from types import SimpleNamespace

import pytest

from will_portal.local.bootstrap import arguments
from will_portal.local.soak.ledger import Ledger, State
from will_portal.local.soak.proxy import Proxy
from will_portal.local.soak.recount import differing, total
from will_portal.local.soak.table import Line, as_table

ENTERED = State(version=1, day=date(2024, 3, 31), people=5, confirmed=True, withdrawn=False, parts=5)
CORRECTED = ENTERED._replace(version=2, people=7)


@pytest.fixture
def ledger():
    ledger = Ledger()
    ledger.ask({"one": ENTERED})
    ledger.answer({"one": ENTERED})
    return ledger


def found(ledger, *rows):
    return ledger.differences(SimpleNamespace(execute=lambda statement: rows))


def test_what_was_acknowledged_and_is_there_is_neither_lost_nor_doubled(ledger):
    assert found(ledger, ("one", *ENTERED)) == (0, 0)


def test_an_entry_that_is_gone_is_lost(ledger):
    assert found(ledger) == (1, 0)


def test_an_entry_that_fell_back_to_what_it_was_is_lost(ledger):
    ledger.ask({"one": CORRECTED})
    ledger.answer({"one": CORRECTED})
    assert found(ledger, ("one", *ENTERED)) == (1, 0)


def test_an_entry_that_is_there_twice_is_doubled(ledger):
    assert found(ledger, ("one", *ENTERED), ("one", *ENTERED)) == (0, 1)


def test_an_entry_that_nobody_asked_for_is_doubled(ledger):
    assert found(ledger, ("one", *ENTERED), ("two", *ENTERED)) == (0, 1)


@pytest.mark.parametrize("stored", [ENTERED, CORRECTED], ids=["before", "after"])
def test_what_was_never_answered_may_be_either(ledger, stored):
    ledger.ask({"one": CORRECTED})
    assert found(ledger, ("one", *stored)) == (0, 0)


def test_what_was_refused_must_not_be_there(ledger):
    ledger.ask({"two": ENTERED})
    ledger.refuse({"two": ENTERED})
    assert found(ledger, ("one", *ENTERED), ("two", *ENTERED)) == (1, 0)


def test_a_row_too_many_too_few_or_of_another_figure_is_a_difference():
    assert differing({1: 5, 2: 6, 3: 7}, {2: 6, 3: 8, 4: 9}) == 3


def test_the_recount_tells_unknown_from_zero():
    measures = dict.fromkeys(
        ["new_people", "living_elsewhere", "households", "contacts", "hours", "volunteer_hours"]
    )
    entries = [
        {"city_id": 1, "people_served": 5, "cost": None, **measures},
        {"city_id": 1, "people_served": 0, "cost": 3, **measures},
    ]
    counted = total(entries)
    assert (counted["people_served"], counted["people_served_known"]) == (5, 2)
    assert (counted["people_with_cost"], counted["cost_with_people"], counted["largest_entry"]) == (0, 3, 5)


def test_a_line_that_is_off_is_told_with_its_reason():
    line = Line("two-beats", 1, 2.5).plus(Line("two-beats", 1, 1.0, said=["nobody could write meanwhile"]))
    assert line.off
    assert (line.times, line.recovery_s) == (2, 2.5)
    assert as_table([line]).endswith("two-beats: nobody could write meanwhile")


@pytest.fixture
def echo():
    """A server that answers one connection with what it is told."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


@pytest.fixture
def proxy(echo):
    proxy = Proxy(lambda: echo.getsockname()[1])
    proxy.start()
    yield proxy
    proxy.stop()


def line_through(proxy, echo):
    near = socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    far, _address = echo.accept()
    far.settimeout(5)
    # Once something has come through, the proxy knows of the line too.
    near.sendall(b"?")
    assert far.recv(1) == b"?"
    return near, far


def test_a_line_forwards_both_ways(proxy, echo):
    near, far = line_through(proxy, echo)
    with near, far:
        near.sendall(b"question")
        assert far.recv(20) == b"question"
        far.sendall(b"answer")
        assert near.recv(20) == b"answer"


def test_a_dead_line_says_nothing_and_does_not_close_and_a_new_one_works(proxy, echo):
    near, far = line_through(proxy, echo)
    with near, far:
        proxy.silence()
        other_near, other_far = line_through(proxy, echo)
        with other_near, other_far:
            near.sendall(b"question")
            other_near.sendall(b"another")
            assert other_far.recv(20) == b"another"
        far.settimeout(0.2)
        with pytest.raises(TimeoutError):
            far.recv(20)


def test_a_closed_port_refuses_and_opens_again(proxy, echo):
    proxy.refuse()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5)
    proxy.accept()
    near, far = line_through(proxy, echo)
    near.close()
    far.close()


@pytest.mark.parametrize("times", ["0", "10001"])
def test_too_few_and_too_many_times_are_refused(times, capsys):
    with pytest.raises(SystemExit):
        arguments(["soak", "--times", times])
    assert "choose 1 to 10000" in capsys.readouterr().err
