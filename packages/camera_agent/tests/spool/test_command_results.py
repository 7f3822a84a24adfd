from __future__ import annotations

from camera_agent.spool import orders as module
from camera_agent.spool.orders import Order


def test_a_command_is_begun_once_whatever_is_repeated_or_restarted(filled):
    assert filled.spool.orders.begin("a")
    assert not filled.spool.orders.begin("a")
    filled.reopen()
    assert not filled.spool.orders.begin("a")


def test_what_became_of_it_is_told_until_it_is_heard(filled):
    orders = filled.spool.orders
    orders.begin("a")
    [running] = orders.unheard()
    assert running.told() == {"id": "a", "state": "running", "message": ""}
    orders.end(Order(id="a", state="done", message="Taken.", capture="capture-1"))
    # The server heard that it runs, not yet that it is done.
    orders.heard([running], ["a"])
    [done] = orders.unheard()
    assert done.told() == {"id": "a", "state": "done", "message": "Taken.", "capture": "capture-1"}
    orders.heard([done], ["a"])
    assert orders.unheard() == []
    assert not orders.begin("a")


def test_what_the_agent_was_stopped_in_has_failed(filled):
    filled.spool.orders.begin("a")
    filled.reopen()
    filled.spool.orders.resume()
    [order] = filled.spool.orders.unheard()
    assert (order.state, "stopped" in order.message) == ("failed", True)


def test_only_so_many_are_remembered(filled, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 3)
    orders = filled.spool.orders
    for number in range(10):
        orders.begin(str(number))
        orders.end(Order(id=str(number), state="done"))
        orders.heard(orders.unheard(), [str(number)])
    assert not orders.begin("7")
    assert orders.begin("0")
