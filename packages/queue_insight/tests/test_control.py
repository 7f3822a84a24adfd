from __future__ import annotations

import pytest
from tests.conftest import free_port
from tests.waiting import wait_until

from queue_insight import control
from queue_insight.errors import BrokerUnreachableError
from queue_insight.inspection import slots_of


def workers(app):
    return control.consumers(app, "celery")


def active(app):
    replies = app.control.inspect(timeout=1, limit=1).active() or {}
    return [task["id"] for tasks in replies.values() for task in tasks]


def slots(app):
    return slots_of((app.control.inspect(timeout=1, limit=1).stats() or {}).get("one@test"))


@pytest.mark.slow
def test_workers_confirm_what_they_do_and_do_it(app, worker, tmp_path):
    """One worker for all actions, because its start takes most of the time."""
    go, done = tmp_path / "go", tmp_path / "done"
    process = worker("-E", "-c", "1")
    wait_until(lambda: workers(app) == ("one@test",))

    # Cancel: the waiting task is discarded, the one behind it is executed.
    app.send_task("work.wait_for", (str(go),))
    cancelled = app.send_task("work.touch", (str(tmp_path / "cancelled"),)).id
    outcome = control.cancel(app, [cancelled])
    assert (outcome.is_confirmed, outcome.number, outcome.workers) == (True, 1, ("one@test",))
    app.send_task("work.touch", (str(done),))
    go.touch()
    wait_until(done.exists)
    assert not (tmp_path / "cancelled").exists()

    # Cancel with a signal: the running task ends, its worker goes on.
    running = app.send_task("work.wait_for", (str(tmp_path / "never"),)).id
    wait_until(lambda: active(app) == [running])
    assert control.cancel(app, [running], signal="SIGTERM").is_confirmed
    wait_until(lambda: active(app) == [])

    # Pause and resume: what is sent meanwhile waits.
    assert control.pause(app, "celery", ("one@test",)).is_confirmed
    wait_until(lambda: workers(app) == ())
    app.send_task("work.touch", (str(tmp_path / "later"),))
    with app.connection_for_read() as connection:
        assert connection.default_channel.client.llen("celery") == 1
    assert control.resume(app, "celery", ("one@test", "gone@test")).text.endswith(
        "gone@test did not answer, which proves nothing."
    )
    wait_until((tmp_path / "later").exists)

    # Slots and rates.
    assert control.resize(app, "one@test", 3).is_confirmed
    wait_until(lambda: slots(app) == 3)
    assert control.resize(app, "one@test", 3).text == "Nothing was changed: it has 3 slots already."
    assert control.resize(app, "one@test", 2).text.startswith("Worker one@test gets 2 slots instead of 3")
    assert control.limit_rate(app, "work.touch", "10/m").is_confirmed
    assert "rate_limit=10/m" in str(app.control.inspect(timeout=1, limit=1).registered("rate_limit"))
    refused = control.limit_rate(app, "work.nowhere", "10/m")
    assert (refused.is_confirmed, refused.text) == (False, "one@test refused: unknown task.")

    outcome = control.shut_down(app, ("one@test",))
    assert (outcome.is_confirmed, outcome.number) == (True, 1)
    process.wait(30)


@pytest.mark.parametrize(
    "act",
    [
        lambda app: control.cancel(app, ["t1"]),
        lambda app: control.pause(app, "celery", ("one@test",)),
        lambda app: control.resize(app, "one@test", 2),
        lambda app: control.limit_rate(app, "work.do", "1/s"),
        lambda app: control.shut_down(app, ("one@test",)),
    ],
)
def test_no_answer_is_said_to_prove_nothing(app, act):
    outcome = act(app)
    assert not outcome.is_confirmed
    assert "proves nothing" in outcome.text


def test_a_purge_deletes_all_priorities_and_says_how_many(app):
    for priority in (0, 9):
        app.send_task("work.do", priority=priority)
    outcome = control.purge(app, "celery")
    assert (outcome.text, outcome.number) == ("2 waiting tasks deleted.", 2)
    assert control.purge(app, "celery").number == 0


def test_a_broker_that_is_down_is_an_error(app):
    app.conf.broker_url = f"redis://127.0.0.1:{free_port()}/0"
    with pytest.raises(BrokerUnreachableError):
        control.cancel(app, ["t1"])
