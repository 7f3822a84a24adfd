from __future__ import annotations

import subprocess
import sys
from inspect import signature

import queue_insight


def test_the_public_names_are_these():
    assert queue_insight.__all__ == [
        "EndedTask",
        "QueueState",
        "Reason",
        "Snapshot",
        "TaskInfo",
        "TaskState",
        "WorkerInfo",
        "WorkerState",
        "diagnose",
        "snapshot",
    ]
    assert list(signature(queue_insight.snapshot).parameters) == ["app", "store", "clock"]
    assert list(signature(queue_insight.diagnose).parameters) == ["task_id", "snapshot"]


def test_importing_needs_no_settings_and_nothing_optional():
    code = (
        "import sys, queue_insight; optional = {'redis', 'strawberry', 'channels'} & sys.modules.keys(); "
        "assert not optional, optional"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={})
