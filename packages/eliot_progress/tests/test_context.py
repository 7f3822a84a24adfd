from __future__ import annotations

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import eliot
import httpx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress import causal_id, context, extract, inject, log_message, progress
from eliot_progress.ids import split_action_id

FOREIGN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_outside_of_any_action_there_is_no_id_and_nothing_is_injected():
    headers = {}
    assert causal_id() is None
    assert not inject(headers)
    assert headers == {}


def test_what_is_injected_is_extracted_and_goes_on_below(log):
    headers = {"tracestate": "other=1,eliot=old"}
    with context.start("click") as action:
        assert inject(headers)
    assert headers["traceparent"].split("-")[1] == action.task_uuid.replace("-", "")
    assert headers["tracestate"].endswith(",other=1")
    assert "old" not in headers["tracestate"]
    origin = extract(headers)
    with origin.start_child("far:away") as far:
        assert causal_id() == origin.causal_id == action.task_uuid.replace("-", "")
    assert far.level[:-1] == origin.level == (2,)


def test_what_comes_from_somewhere_goes_on_there_and_all_else_below_the_current_action(log):
    origin = extract({"traceparent": FOREIGN, "tracestate": "eliot=a2"})
    with context.start("request") as request:
        there, here = context.continue_from(origin, "task", n=1), context.continue_from(None, "task", n=2)
    assert (there.task_uuid, there.level[:-1]) == (origin.task_uuid, origin.level)
    assert (here.task_uuid, here.level) == (request.task_uuid, (2,))
    assert [message["n"] for message in log if message.get("action_type") == "task"] == [1, 2]
    assert context.continue_from(None, "task").level == ()


def test_every_attempt_below_one_origin_has_a_level_of_its_own():
    origin = extract({"traceparent": FOREIGN, "tracestate": "eliot=a2"})
    levels = [origin.start_child("try").level for _ in range(1000)]
    assert len(set(levels)) == 1000
    assert levels == sorted(levels)
    assert max(level[-1] for level in levels) < 2**53


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"traceparent": ""},
        {"traceparent": 7},
        {"traceparent": FOREIGN.upper()},
        {"traceparent": FOREIGN + "0"},
        {"traceparent": "ff" + FOREIGN[2:]},
        {"traceparent": "00-" + "0" * 32 + FOREIGN[35:]},
        {"traceparent": FOREIGN[:36] + "0" * 16 + "-01"},
        {"traceparent": FOREIGN + "\n"},
    ],
)
def test_a_malformed_traceparent_names_nothing(headers):
    assert extract(headers) is None


@pytest.mark.parametrize(
    "state", [None, 7, "", "eliot=", "eliot=x9", "eliot", "a=b," * 3000, "eliot=a1/../a2"]
)
def test_a_malformed_tracestate_leaves_the_trace_id(state):
    origin = extract({"traceparent": FOREIGN, "tracestate": state})
    assert (origin.task_uuid.replace("-", ""), origin.level) == (FOREIGN[3:35], ())


def test_a_newer_version_of_traceparent_is_read_by_what_is_known():
    assert extract({"traceparent": "01" + FOREIGN[2:] + "-more"}) is not None


def test_other_vendors_are_cut_to_the_limit_of_the_header():
    headers = {"tracestate": ",".join(f"vendor{n}={'x' * 40}" for n in range(30))}
    with context.start("click"):
        inject(headers)
    assert len(headers["tracestate"]) <= 512
    assert headers["tracestate"].startswith("eliot=")


def test_a_stock_eliot_action_gets_atomic_levels_when_it_is_used(log):
    with eliot.start_task(action_type="stock") as action:
        eliot.log_message("one")
        with context.start("ours"):
            pass
        threads = [
            threading.Thread(
                target=action.run, args=(lambda: [eliot.log_message("many") for _ in range(300)],)
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    levels = [tuple(m["task_level"]) for m in log]
    assert len(levels) == len(set(levels)) == 2405


def test_work_in_other_threads_is_carried_below_the_current_action(log):
    with context.start("click") as action, ThreadPoolExecutor(4) as pool:
        inside = list(pool.map(context.with_context(lambda _: (causal_id(), log_step())), range(50)))
    assert {causal for causal, _ in inside} == {action.task_uuid.replace("-", "")}
    levels = [tuple(m["task_level"]) for m in log]
    assert len(levels) == len(set(levels)) == 52


def log_step():
    eliot.log_message("step")


async def test_asyncio_tasks_and_threads_keep_the_action():
    with context.start("click") as action:
        found = await asyncio.gather(asyncio.to_thread(causal_id), asyncio.create_task(answer()))
    assert set(found) == {action.task_uuid.replace("-", "")}


async def answer():
    return causal_id()


@pytest.mark.parametrize("headers", [httpx.Headers(), requests.structures.CaseInsensitiveDict()])
def test_the_headers_of_http_clients_can_be_written(headers):
    with context.start("click") as action:
        inject(headers)
    assert extract(headers).causal_id == action.task_uuid.replace("-", "")


def test_a_fresh_stock_action_starts_at_its_next_level():
    action = eliot.Action(None, "uuid", eliot._action.TaskLevel(level=[2]), "stock")
    with action.context():
        assert context.start("inner").level == (2, 1)


def test_a_chain_without_end_keeps_its_causal_id_and_says_where_it_goes_on_from(log):
    headers = {}
    with context.start("click") as action:
        inject(headers)
    for _ in range(100):
        with extract(headers).start_child("link"):
            inject(headers)
        assert len(headers["tracestate"]) <= 512
    assert {m["task_uuid"] for m in log} == {action.task_uuid}
    levels = [tuple(m["task_level"]) for m in log]
    assert len(levels) == len(set(levels))
    assert max(map(len, levels)) < 80
    cuts = [m for m in log if m.get("message_type") == "context:cut"]
    assert len(cuts) == 3
    known = {tuple(m["task_level"][:-1]) for m in log if m.get("action_type") == "context:send"}
    assert all(split_action_id(cut["cause"])[1] in known for cut in cuts)


@given(st.dictionaries(st.sampled_from(["traceparent", "tracestate"]), st.text() | st.none() | st.integers()))
def test_whatever_the_headers_hold_extracting_never_raises(headers):
    origin = extract(headers)
    assert origin is None or len(origin.causal_id) == 32


def test_messages_are_eliots_wherever_they_are_logged(log):
    eliot.log_message("before", n=1)
    log_message("alone", n=1)
    with eliot.start_task(action_type="stock"):
        log_message("stock", n=2)
    with context.start("ours") as action:
        log_message("ours", n=3)
        eliot.log_message("eliots", n=4)
        action.log("own", n=5)
    said = [m for m in log if "message_type" in m]
    assert [set(m) for m in said] == [{"n", "timestamp", "task_uuid", "task_level", "message_type"}] * 6
    assert [m["task_level"] for m in said] == [[1], [1], [2], [2], [3], [4]]


def place_of(message_type, log):
    """Where the message was logged: its task, and the level of the action around it."""
    (message,) = (m for m in log if m.get("message_type") == message_type)
    return message["task_uuid"], tuple(message["task_level"][:-1])


def test_after_two_loops_side_by_side_nothing_is_logged_below_either(log):
    for _ in zip(progress([1, 2], "one"), progress([1, 2, 3], "other"), strict=False):
        pass
    gc.collect()
    assert context.current() is None
    log_message("after")
    assert [m["task_level"] for m in log if m.get("message_type") == "after"] == [[1]]


ORDERS = list(permutations(["a", "b", "c"]))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", ["loop", "generator", "mixed"])
def test_whatever_order_things_end_in_the_current_action_is_one_that_is_open(order, kind):
    def generator(name):
        with context.start(name):
            yield 1

    def begin(name):
        loop = kind == "loop" or (kind == "mixed" and name == "b")
        iterator = iter(progress([1], name)) if loop else generator(name)
        next(iterator)
        return iterator, context.current()

    with context.start("around") as around:
        begun = {name: begin(name) for name in "abc"}
        is_open = {action for _, action in begun.values()} | {around}
        for name in order:
            iterator, action = begun[name]
            assert next(iterator, None) is None
            is_open.remove(action)
            assert context.current() in is_open
        assert context.current() is around
    assert context.current() is None


def test_a_loop_that_is_dropped_by_another_thread_is_not_current_any_more(log):
    with context.start("around") as around:
        loops = [iter(progress([1, 2], "loop"))]
        next(loops[0])
        thread = threading.Thread(target=loops.clear)
        thread.start()
        thread.join()
        log_message("after")
        assert place_of("after", log) == (around.task_uuid, ())
        assert context.current() is around


async def test_work_that_outlives_its_action_keeps_the_causal_id():
    go = asyncio.Event()

    async def later():
        await go.wait()
        with context.start("later"):
            pass
        return causal_id()

    with context.start("request") as request:
        task = asyncio.create_task(later())
        await asyncio.sleep(0)
    go.set()
    assert await task == request.task_uuid.replace("-", "")
