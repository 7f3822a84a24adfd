from __future__ import annotations

import pytest

from camera_agent.drivers import registry
from camera_agent.errors import BadInput


def test_shipped_drivers_are_named():
    assert {"gphoto2", "replay", "simulated"} <= set(registry.names())


def test_a_misspelt_driver_is_refused_with_a_guess():
    with pytest.raises(BadInput, match=r"no driver 'simulate'\. Did you mean 'simulated'\?"):
        registry.check("simulate")
    with pytest.raises(BadInput, match=r"There are: .*replay"):
        registry.check("xyz")


def test_a_driver_under_development_is_named_by_module_and_class():
    assert registry.load("tests.drivers.naughty:Good").health() == {"battery_percent": 50}


@pytest.mark.parametrize("name", ["tests.drivers.naughty:Nobody", "no.such.module:Driver"])
def test_a_driver_that_cant_be_imported_says_why(name):
    with pytest.raises(BadInput, match="can't be loaded"):
        registry.load(name)
