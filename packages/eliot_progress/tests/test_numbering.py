from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import ExitStack

from eliot_progress import context, extract, install, log_message, numbering

FORKS = 4
MESSAGES = 3000


def in_child(work):
    """Run `work` in a forked child that ends as a worker process does; return its pid."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def ids_in(path):
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return lines, Counter((m["task_uuid"], tuple(m["task_level"])) for m in lines)


def test_whatever_forked_children_log_in_actions_of_their_parents_no_id_is_there_twice(tmp_path):
    installed = install(log_path=tmp_path / "log.jsonl")

    def child(actions, generations):
        for _ in range(MESSAGES):
            log_message("inner")
        if generations:
            os.waitpid(in_child(lambda: child(actions, generations - 1)), 0)
        actions.close()  # the child leaves all that its parent had entered, and ends it
        for _ in range(10):
            around.log("outer")
        installed.flush()

    with context.start("around") as around, ExitStack() as actions:
        actions.enter_context(context.start("middle"))
        actions.enter_context(context.start("inner"))
        children = [in_child(lambda: child(actions, 1)) for _ in range(FORKS)]
        for _ in range(MESSAGES):
            log_message("parent")
        for each in children:
            os.waitpid(each, 0)
    installed.remove()
    lines, ids = ids_in(tmp_path / "log.jsonl")
    assert [each for each, times in ids.items() if times > 1] == []
    counts = Counter(m.get("message_type") for m in lines)
    assert (counts["inner"], counts["outer"], counts["parent"]) == (
        2 * FORKS * MESSAGES,
        2 * FORKS * 10,
        MESSAGES,
    )
    # Each child's part of an action is an action of its own, with a start and an end.
    ends = Counter(m["action_status"] for m in lines if m.get("action_type") in ("middle", "inner"))
    assert ends == {"started": 2 + 4 * FORKS, "succeeded": 2 + 4 * FORKS}


def test_attempts_of_forked_children_below_one_origin_have_levels_of_their_own(tmp_path):
    installed = install(log_path=tmp_path / "log.jsonl")
    headers = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "eliot=a2"}

    def child():
        for _ in range(100):
            extract(headers).start_child("try").finish()
        installed.flush()

    for each in [in_child(child) for _ in range(FORKS)]:
        os.waitpid(each, 0)
    installed.remove()
    lines, ids = ids_in(tmp_path / "log.jsonl")
    assert (len(lines), max(ids.values())) == (2 * FORKS * 100, 1)


def test_numbers_are_exact_in_floating_point_until_2090(monkeypatch):
    in_2090 = 3_786_912_000
    monkeypatch.setattr("time.time", lambda: float(in_2090))
    monkeypatch.setattr("time.time_ns", lambda: in_2090 * 10**9)
    assert 0 < numbering.attempt() < 2**53
    assert 0 < numbering.fork() < 2**53
