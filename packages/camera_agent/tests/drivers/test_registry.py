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
    assert registry.load("tests.drivers.faulty_drivers:Good").health() == {"battery_percent": 50}


@pytest.mark.parametrize("name", ["tests.drivers.faulty_drivers:Nobody", "no.such.module:Driver"])
def test_a_driver_that_cant_be_imported_says_why(name):
    with pytest.raises(BadInput, match="can't be loaded"):
        registry.load(name)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package that brings drivers under two names, one of them shipped here."""
    about = tmp_path / "roof-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: roof\nVersion: 1.0\n")
    target = "tests.drivers.faulty_drivers:Good"
    (about / "entry_points.txt").write_text(f"[camera_agent.drivers]\nroof = {target}\nreplay = {target}\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_a_driver_of_an_installed_package_is_found_by_its_name(installed):
    assert "roof" in registry.names()
    assert registry.load("roof").health() == {"battery_percent": 50}


def test_no_package_takes_the_name_of_a_shipped_driver(installed):
    assert type(registry.load("replay")).__name__ == "ReplayDriver"
