from __future__ import annotations

import ast
import re
import tomllib
from importlib.metadata import version
from pathlib import Path

import eliot
import pytest
from eliot import Logger
from packaging.requirements import Requirement

import eliot_progress
from eliot_progress import _eliot

#: Each private name of eliot in `_eliot.py`, and what it is used for.
PRIVATE = {
    "eliot._action._ACTION_CONTEXT": "set the current action without a generator",
    "eliot._action.TaskLevel": "create actions at a given level",
    "eliot.Logger._destinations": "send messages without copying them",
    "eliot.Logger._destinations._any_added": "warn that nothing receives messages",
    "eliot.Action._nextTaskLevel": "number messages and children atomically",
    "eliot.Action._start": "log the start of an action",
    "eliot._errors.get_fields_for_exception": "log the fields of exceptions",
    "eliot._util.safeunicode": "log the text of exceptions",
}
#: The same for attributes of each action.
ATTRIBUTES = {
    "_logger": "find out whether eliot.testing replaced the logger",
    "_serializers": "leave actions with serializers to eliot",
    "_task_level": "know the action's level",
    "_last_child": "continue a stock action's numbering",
    "_identification": "fill in task_uuid and action_type",
    "_successFields": "log the fields of a successful end",
    "_finished": "end an action only once",
}


def changed(name, purpose):
    return (
        f"eliot {version('eliot')} has no {name} any more, which eliot_progress uses to {purpose}. "
        "Adapt eliot_progress/_eliot.py to it, then raise the upper bound of eliot in pyproject.toml."
    )


@pytest.mark.parametrize("name", PRIVATE)
def test_eliot_still_has_each_private_name_that_is_used(name):
    holder = eliot
    for part in name.split(".")[1:]:
        assert hasattr(holder, part), changed(name, PRIVATE[name])
        holder = getattr(holder, part)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_an_action_still_has_each_private_attribute_that_is_used(name):
    action = eliot.Action(None, "uuid", eliot._action.TaskLevel(level=[2]), "stock")
    assert hasattr(action, name), changed(f"Action.{name}", ATTRIBUTES[name])


def test_an_unknown_name_is_reported_with_what_to_do():
    assert "Adapt eliot_progress/_eliot.py" in changed("eliot.x", "y")


def without_times(messages):
    times = ("timestamp", "duration_s")  # eliot measures no durations
    return [{key: value for key, value in each.items() if key not in times} for each in messages]


def story(action):
    with action:
        action.log("step", n=1)
        eliot.log_message("said", text="x")
        with eliot.start_action(action_type="child"):
            pass
        action.add_success_fields(result=7)


def test_our_actions_log_the_same_messages_as_stock_ones(log):
    level = eliot._action.TaskLevel(level=[2])
    stock = eliot.Action(None, "uuid", level, "work")
    stock._start({"a": 1})
    story(stock)
    expected, log[:] = list(log), []
    ours = _eliot.new_action("uuid", [2], "work")
    ours.start({"a": 1})
    story(ours)
    assert without_times(log) == without_times(expected)
    assert all(isinstance(each["timestamp"], float) for each in log)


def test_a_failed_action_of_ours_logs_the_same_end_as_a_stock_one(log):
    level = eliot._action.TaskLevel(level=[2])
    for action in (eliot.Action(None, "uuid", level, "work"), _eliot.new_action("uuid", [2], "work")):
        action.finish(LookupError("gone"))
    assert without_times(log[:1]) == without_times(log[1:])


def test_a_cancelled_action_says_so_and_is_a_failed_one_for_eliot(log):
    class StopAskedError(Exception):
        is_cancellation = True

    with pytest.raises(StopAskedError), _eliot.new_task("ours"):
        raise StopAskedError("enough")
    (end,) = log
    assert (end["action_status"], end["outcome"], end["reason"]) == ("failed", "cancelled", "enough")


def test_messages_of_the_stock_logger_and_of_ours_reach_the_same_destinations(log):
    Logger().write({"message_type": "stock"})
    _eliot.new_task("ours").log("ours")
    assert [each["message_type"] for each in log] == ["stock", "ours"]


def test_eliot_has_an_upper_bound_which_the_tested_version_meets():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
    (eliots,) = (Requirement(each) for each in project["dependencies"] if each.startswith("eliot"))
    assert any(each.operator == "<" for each in eliots.specifier)
    assert eliots.specifier.contains(version("eliot"))


def test_no_other_module_uses_private_names_of_eliot():
    private = re.compile(
        r"\beliot\._|_ACTION_CONTEXT|\._destinations\b|TaskLevel|_nextTaskLevel|_successFields"
    )
    for path in Path(eliot_progress.__file__).parent.rglob("*.py"):
        if path.name != "_eliot.py":
            names = {ast.unparse(node) for node in ast.walk(ast.parse(path.read_text())) if named(node)}
            assert not [name for name in names if private.search(name)], path


def named(node):
    return isinstance(node, ast.Attribute | ast.Name | ast.ImportFrom | ast.Import)
