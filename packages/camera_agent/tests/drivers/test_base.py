from __future__ import annotations

import inspect

from camera_agent.drivers.base import Driver


def test_a_driver_has_at_most_five_methods():
    methods = [name for name, _ in inspect.getmembers(Driver, inspect.isfunction) if name[0] != "_"]
    assert methods == ["capture", "close", "health", "open", "set_exposure"]
