from __future__ import annotations

import inspect
import subprocess
import sys
from unittest import TestCase

import pytest
from eliot.testing import assertHasAction, capture_logging

import eliot_progress
from eliot_progress import progress


def test_the_public_names_and_their_parameters_are_these():
    signatures = {
        name: list(inspect.signature(thing).parameters)
        for name in eliot_progress.__all__
        if inspect.isfunction(thing := getattr(eliot_progress, name))
    }
    assert signatures == {
        "cancellation": ["cls"],
        "causal_id": [],
        "extract": ["headers"],
        "heartbeat": ["action_type", "every", "grace_s", "about", "by", "description"],
        "inject": ["headers", "origin"],
        "install": ["store", "on_change", "log_path"],
        "judge": ["state", "now"],
        "log_message": ["message_type", "fields"],
        "progress": [
            *["work", "action_type", "total", "unit", "every", "grace_s"],
            *["about", "by", "description", "initial"],
        ],
        "run": ["action_type", "every", "about"],
    }
    classes = set(eliot_progress.__all__) - set(signatures)
    assert classes == {"EliotProgressError", "Liveness", "Origin", "Progress", "Reducer", "TaskState"}


class TestWithEliotsOwnTesting(TestCase):
    @pytest.mark.filterwarnings("ignore:Using a JSON encoder subclass")  # eliot's own
    @capture_logging(None)
    def test_work_is_an_action_for_its_assertions(self, logger):
        with progress("Import", total=1) as work:
            work.advance()
        assertHasAction(self, logger, "Import", succeeded=True, startFields={"description": "Import"})


def test_the_import_brings_eliot_and_nothing_optional():
    code = (
        "import sys, eliot, orjson; before = set(sys.modules); import eliot_progress;"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before})"
    )
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    brought = set(asked.stdout.split()) - sys.stdlib_module_names
    assert brought == {"eliot_progress"}
