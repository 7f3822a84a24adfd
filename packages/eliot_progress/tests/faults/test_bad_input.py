"""Whatever is said of work, and whatever stands in a message or a header: no exception, no broken tree."""

from __future__ import annotations

import contextlib
import json
import unicodedata
from decimal import Decimal

import eliot
import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from eliot_progress import Reducer, extract, heartbeat, log_message, progress
from eliot_progress.adapters.graphql import from_state
from eliot_progress.cli import bars
from eliot_progress.django import overview, rows
from eliot_progress.encoding import encode
from eliot_progress.logfile import LogFile
from eliot_progress.reading import decode, read
from eliot_progress.schema import schema
from eliot_progress.state import from_dict, to_dict
from eliot_progress.stores.memory import MemoryStore
from eliot_progress.testing.samples import sample
from eliot_progress.tree import Forest, lines


class Hostile:
    """Tells nothing of itself."""

    def __str__(self):
        raise LookupError

    __repr__ = __str__

    def __float__(self):
        raise ValueError


CYCLE = {"list": []}
CYCLE["list"].append(CYCLE)
LABELS = st.sampled_from(
    [
        "",
        "\0",
        "a\nb\r\x1b[2J",
        "<script>alert(1)</script>",
        "\ud800",
        "\u202eevil",
        "x" * 5_000,
        "Zürich 🎬",
    ]
) | st.text(st.characters(codec=None))
NUMBERS = (
    st.sampled_from([-1, 10**400, 2**63, Decimal("NaN"), "many", None, True, Hostile(), CYCLE, 1e308])
    | st.floats()
)
THINGS = st.one_of(
    LABELS, NUMBERS, st.just({1, 2}), st.just(object()), st.just({Hostile: b"\xff"}), st.just([CYCLE])
)
VALIDATOR = jsonschema.Draft202012Validator(schema())


@contextlib.contextmanager
def logged():
    """What is logged meanwhile."""
    messages = []
    eliot.add_destinations(messages.append)
    yield messages
    eliot.remove_destination(messages.append)


def plain(line):
    return not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in line)


@given(st.lists(LABELS, min_size=5, max_size=5), st.lists(NUMBERS, min_size=5, max_size=5), THINGS)
def test_whatever_is_said_of_work_it_goes_on_and_the_log_tells_one_whole_tree(labels, numbers, thing):
    name, unit, about, step, note = labels
    total, initial, moved, done, every = numbers
    with logged() as log, heartbeat("around", every=every, about=about):
        with progress(name, total=total, unit=unit, about=about, initial=initial, description=note) as work:
            work.advance(moved)
            work.to(done)
            work.total = total
            work.step(step)
            work.note(thing)
            log_message("said", thing=thing, label=note)
        assert list(progress([1, 2], name, total=total, unit=unit)) == [1, 2]
    messages = [decode(encode(message)) for message in log]
    assert None not in messages
    for message in messages:
        if message.get("message_type") in ("progress", "heartbeat"):
            VALIDATOR.validate(message)
    (tree,) = Forest(messages).tasks.values()
    assert [child.status for child in tree.children.values() if hasattr(child, "status")] == ["succeeded"] * 2
    assert tree.status == "succeeded"
    assert all(map(plain, lines(tree)))


def test_a_file_holds_all_of_it_line_by_line(tmp_path):
    file = LogFile(tmp_path / "log.jsonl")
    things = (CYCLE, Hostile(), "\ud800", float("nan"), "x" * 3_000_000, 10**400)
    for at, thing in enumerate(things, 1):
        file({**sample(1), "message_type": "said", "task_level": [at], "thing": thing})
    file.close()
    assert [message["task_level"] for message in read(file.path)] == [[at] for at in range(1, 7)]


ODD = st.one_of(NUMBERS, LABELS, st.lists(st.integers(), max_size=3), st.just([10**400]), st.just([1] * 500))
FORGED = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(sample(1), ODD),
        "action_status": st.sampled_from(["started", "failed", "succeeded"]) | ODD,
        "action_type": LABELS,
        "message_type": st.sampled_from(["progress", "heartbeat"]) | ODD,
        "task_level": st.lists(st.integers(-1, 10**17), max_size=4) | ODD,
    },
)


@given(st.lists(FORGED, max_size=4))
def test_whatever_a_message_holds_readers_leave_it_out_or_show_it_in_one_plain_line(forged):
    messages = [{**sample(1), **each} for each in forged]
    reducer, store = Reducer(messages), MemoryStore()
    for message in messages:
        store.record(message)
    for state in (*reducer.states.values(), *store.active()):
        assert from_dict(json.loads(json.dumps(to_dict(state), allow_nan=False))) == state
        assert state.parent_id != state.id
        from_state(state, 1e9)
        overview.task(state, 1e9)
    assert all(map(plain, bars([*reducer.states.values()], 1e9)))


@given(st.lists(FORGED, max_size=4))
def test_whatever_a_line_of_a_file_holds_readers_leave_it_out_or_show_it_in_one_plain_line(forged):
    messages = [decode(encode({**sample(1), **each})) for each in forged]
    batch = rows.batch(messages)
    assert len(batch.messages) + batch.skipped == len(messages)
    assert all(plain(line) for tree in Forest(messages).tasks.values() for line in lines(tree))


@given(st.dictionaries(st.sampled_from(["traceparent", "tracestate", "baggage"]), LABELS | NUMBERS))
def test_forged_headers_name_no_place_that_a_log_can_not_hold(headers):
    assert extract(headers) is None


@given(
    st.text("0123456789abcdef", min_size=32, max_size=32).filter(lambda digits: int(digits, 16)),
    LABELS | st.text("a1/b2,eliot="),
)
def test_an_untrusted_origin_is_a_valid_place(trace, path):
    origin = extract({"traceparent": f"00-{trace}-00f067aa0ba902b7-01", "tracestate": f"eliot={path}"})
    with logged() as log, origin.start_child("task"):
        log_message("said")
    (row, *_), skipped = rows.batch(log).messages, rows.batch(log).skipped
    assert (row.causal_id, skipped) == (trace, 0)
