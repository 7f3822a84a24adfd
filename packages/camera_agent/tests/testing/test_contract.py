"""The contract holds for every driver shipped, and notices a driver that breaks it."""

from __future__ import annotations

import pytest

from camera_agent.testing import DriverContract
from tests.command import TESTS
from tests.conftest import jpeg
from tests.doubles.gopro import FakeGopro


@pytest.fixture(scope="class")
def environment():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


class TestSimulated(DriverContract):
    driver = "simulated"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls):
        return {"width": 160, "height": 90}


class TestReplay(DriverContract):
    driver = "replay"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls, tmp_path_factory):
        folder = tmp_path_factory.mktemp("pictures")
        for number in range(3):
            (folder / f"{number}.jpg").write_bytes(jpeg(number * 80))
        return {"source": str(folder)}


class TestGphoto(DriverContract):
    """The real libgphoto2 with its virtual camera."""

    driver = "gphoto2"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls, tmp_path_factory, environment):
        card = tmp_path_factory.mktemp("card")
        (card / "a.jpg").write_bytes(jpeg())
        environment.setenv("VCAMERADIR", str(card))
        return {}


class TestPicamera(DriverContract):
    """With the double, since no camera module is at hand."""

    driver = "picamera2"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls, environment):
        environment.setenv("PYTHONPATH", str(TESTS / "doubles"))
        return {"width": 64, "height": 48}


class TestGopro(DriverContract):
    """With the fake camera on this machine."""

    driver = "gopro"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls):
        with FakeGopro() as gopro:
            yield {"address": gopro.address}


class TestExposed(DriverContract):
    """One that is reported how to expose, in thirds of a stop."""

    driver = "tests.drivers.faulty_drivers:Exposed"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls, tmp_path_factory, environment):
        environment.setenv("PYTHONPATH", str(TESTS.parent))
        return {"count": str(tmp_path_factory.mktemp("exposed") / "count")}


class TestGood(DriverContract):
    """A driver from elsewhere, named by module and class."""

    driver = "tests.drivers.faulty_drivers:Good"

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls, tmp_path_factory, environment):
        environment.setenv("PYTHONPATH", str(TESTS.parent))
        return {"count": str(tmp_path_factory.mktemp("faulty_drivers") / "count")}


def test_a_driver_that_lies_fails_the_contract(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    (tmp_path / "test_lies.py").write_text(
        "from __future__ import annotations\n"
        "import pytest\n"
        "from camera_agent.testing import DriverContract\n"
        "class TestLies(DriverContract):\n"
        "    driver = 'tests.drivers.faulty_drivers:Lies'\n"
        "    @pytest.fixture(scope='class')\n"
        "    @classmethod\n"
        "    def options(cls, tmp_path_factory):\n"
        "        return {'count': str(tmp_path_factory.mktemp('lies') / 'count')}\n"
    )
    lone = ["-p", "no:randomly", "-p", "no:asyncio", "-p", "no:django", "-p", "no:cacheprovider", "-q"]
    here = [str(tmp_path / "test_lies.py"), "-c", "/dev/null", "--rootdir", str(tmp_path)]
    # One test is enough: each starts a process.
    here += ["-k", "one_whole_picture"]
    assert pytest.main([*lone, *here]) == pytest.ExitCode.TESTS_FAILED
