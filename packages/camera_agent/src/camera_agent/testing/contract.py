"""`DriverContract`: inherit it in a test module, name your driver, run pytest.

    class TestMyCamera(DriverContract):
        driver = "my_package.my_module:MyCamera"

Override the fixture `options` to open it with something. It is made once for the class, as the driver's
process is: so decorate it with `@pytest.fixture(scope="class")` and `@classmethod`.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from typing import TYPE_CHECKING, ClassVar

import pytest

from camera_agent.captures import HEAD_BYTES, filetype_of
from camera_agent.drivers import registry
from camera_agent.drivers.process import DriverProcess
from camera_agent.errors import BadInput, DriverLost
from camera_agent.exposure import Exposure, reach, split

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from camera_agent.drivers.base import Options

#: A source with an end is asked for at most so many pictures.
ENOUGH = 1000


class DriverContract:
    """What the agent relies on; each test runs the driver in its own process, as the agent does."""

    #: The driver's name, or `module:Class`.
    driver: ClassVar[str]
    #: Seconds one capture may take.
    deadline_s: ClassVar[float] = 30.0

    @pytest.fixture(scope="class")
    @classmethod
    def options(cls) -> Options:
        """What the driver is opened with."""
        return {}

    @pytest.fixture(scope="class")
    @classmethod
    def kept(cls, options: Options) -> Iterator[DriverProcess]:
        """The driver's process: cameras wake slowly, so the tests share it."""
        process = DriverProcess(cls.driver, options, capture_deadline_s=cls.deadline_s)
        with closing(process):
            yield process

    @pytest.fixture
    def process(self, kept: DriverProcess) -> Iterator[DriverProcess]:
        """The driver, opened; a source with an end is at its beginning."""
        if kept.pid is None or kept.description.finite:
            kept.open()
        yield kept
        if kept.description.finite:
            kept.close()

    def test_it_says_what_it_is(self, process: DriverProcess) -> None:
        """The description names the camera."""
        assert process.description.model.strip()

    def test_it_writes_one_whole_picture_where_it_was_asked_to(
        self, process: DriverProcess, tmp_path: Path
    ) -> None:
        """The file lies at the target, alone, and is what the shot says."""
        folder = tmp_path / "incoming"
        folder.mkdir()
        image = process.capture(folder / "image")
        assert image is not None
        assert [path.name for path in folder.iterdir()] == ["image"]
        with (folder / "image").open("rb") as file:
            assert filetype_of(file.read(HEAD_BYTES)) == image.filetype

    def test_its_name_for_a_picture_is_a_name_and_no_path(
        self, process: DriverProcess, tmp_path: Path
    ) -> None:
        """The server shows it, and may store by it."""
        image = process.capture(tmp_path / "image")
        assert image is not None
        assert image.filename.strip()
        assert "/" not in image.filename

    def test_it_takes_ten_pictures_in_a_row_or_comes_to_its_end(
        self, process: DriverProcess, tmp_path: Path
    ) -> None:
        """No two captures get into each other's way."""
        description = process.description
        for number in range(10):
            image = process.capture(tmp_path / f"{number}")
            if image is None:
                assert description.finite
                return
            assert (tmp_path / f"{number}").stat().st_size > 0

    def test_a_finite_source_returns_as_many_as_announced_and_stays_at_its_end(
        self, process: DriverProcess, tmp_path: Path
    ) -> None:
        """And one without an end promises no number."""
        description = process.description
        if not description.finite:
            assert description.total is None
            return
        count = 0
        while process.capture(tmp_path / "image") is not None and count < ENOUGH:
            count += 1
        assert description.total in (None, count)
        assert process.capture(tmp_path / "image") is None

    def test_it_exposes_as_requested_or_has_no_exposure_limits(
        self, process: DriverProcess, tmp_path: Path
    ) -> None:
        """One whose description has `exposes` obeys `expose`, and tells with the picture how it exposed."""
        limits = process.description.exposure_limits
        if limits is None:
            return
        wanted = split(sum(reach(limits)) / 2, limits)
        process.set_exposure(wanted)
        image = process.capture(tmp_path / "image")
        process.set_exposure(None)
        assert image is not None
        shutter, gain = image.exposure["shutter_s"], image.exposure.get("gain", 1.0)
        assert isinstance(shutter, int | float)
        assert isinstance(gain, int | float)
        reported = Exposure(shutter_s=shutter, gain=gain)
        # A camera of thirds of a stop may be a step away in shutter and in gain.
        assert abs(reported.stops - wanted.stops) <= (2 / limits.steps if limits.steps else 0.1)

    def test_killed_at_any_time_it_opens_again(self, process: DriverProcess, tmp_path: Path) -> None:
        """The agent kills what hangs; nothing may be left that keeps the next process out."""
        assert process.capture(tmp_path / "first") is not None
        process.kill()
        with pytest.raises(DriverLost):
            process.capture(tmp_path / "second")
        process.open()
        assert process.capture(tmp_path / "third") is not None

    def test_its_health_is_plain_values(self, process: DriverProcess) -> None:
        """Numbers and texts that travel as JSON."""
        health = process.health()
        assert json.loads(json.dumps(health)) == health

    def test_it_lets_go_of_the_camera_in_time(self, process: DriverProcess) -> None:
        """Closing takes less than the two seconds that the agent has for it."""
        started = time.monotonic()
        process.close(grace_s=10.0)
        assert time.monotonic() - started < 2.0

    def test_an_option_it_does_not_know_is_refused(self, options: Options) -> None:
        """A misspelt option must not be passed over."""
        wrong = {**options, "no_such_option": 1}
        with (
            closing(DriverProcess(self.driver, wrong)) as process,
            pytest.raises(BadInput, match="no option"),
        ):
            process.open()

    def test_its_class_loads_by_its_name(self) -> None:
        """As the agent finds it."""
        assert isinstance(registry.load(self.driver).option_names, frozenset)
