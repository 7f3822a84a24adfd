"""Replays pictures of a folder, or the frames of a video, as they are."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from camera_agent.drivers.base import CapturedImage, Description, Options, SkippedFile
from camera_agent.drivers.exif import capture_time
from camera_agent.drivers.folder import filetype_in, pictures
from camera_agent.drivers.order import playing_order
from camera_agent.drivers.video import Video, count_frames
from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from camera_agent.captures import ExposureValue

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ReplayDriver:
    """Replays `source`. Pictures keep their bytes, so EXIF rotation and mixed sizes arrive as they are.

    They come in the order of their capture times (EXIF), or of their names when the times can't be right.
    """

    option_names: ClassVar[frozenset[str]] = frozenset({"source"})

    def __init__(self) -> None:
        self._next: Iterator[tuple[CapturedImage, Path | bytes]] = iter(())
        self._video: Video | None = None

    def open(self, options: Options) -> Description:
        """Open the source. BadInput when it is missing, has no pictures, or is no video."""
        source = Path(str(options.get("source", "")))
        if not options.get("source"):
            raise BadInput("The replay driver needs a source.", "Give one: --source FOLDER_OR_VIDEO.")
        try:
            if source.is_dir():
                found, skipped = pictures(source)
            elif not source.exists():
                raise BadInput(f"There is no {source}.", "Give a folder of pictures or a video file.")
            elif isinstance(filetype := filetype_in(source), str):
                found, skipped = [(source, filetype)], ()
            else:
                return self._open_video(source, filetype)
        except PermissionError as error:
            raise BadInput(f"{error.filename} may not be read.", "Check its permissions.") from error
        return self._open_pictures(source, found, skipped)

    def _open_pictures(
        self, source: Path, found: Sequence[tuple[Path, str]], skipped: tuple[SkippedFile, ...]
    ) -> Description:
        times = [capture_time(path) for path, _ in found]
        order = playing_order([path.relative_to(source.parent) for path, _ in found], times)
        self._next = (
            (
                CapturedImage(
                    filename=found[number][0].name,
                    filetype=found[number][1],
                    captured_ns=_nanoseconds(times[number]) if order.by_time else None,
                ),
                found[number][0],
            )
            for number in order.positions
        )
        return Description(
            model=f"Replay of {source.name}",
            finite=True,
            total=len(found),
            skipped=skipped,
            note=order.rule if len(found) > 1 else "",
        )

    def _open_video(self, source: Path, filetype: SkippedFile) -> Description:
        if filetype.code in ("empty", "unreadable"):
            raise BadInput(f"{source} is no video: {filetype.message}", "Give another file.")
        total = count_frames(source)
        self._video = Video(source)
        self._next = (
            (CapturedImage(filename=f"{source.stem}-{number:06d}.jpg", filetype="image/jpeg"), picture)
            for number, picture in enumerate(self._video.frames(), 1)
        )
        return Description(model=f"Replay of {source.name}", finite=True, total=total)

    def capture(self, target: Path) -> CapturedImage | None:
        """Write the next picture; None after the last."""
        for image, content in self._next:
            if isinstance(content, bytes):
                target.write_bytes(content)
            else:
                self._copy(content, target)
            return image
        return None

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            raise DriverError(f"{source.name} can't be copied: {error.strerror}.") from error

    def health(self) -> Mapping[str, ExposureValue]:
        """Return nothing: a replay has no health."""
        return {}

    def close(self) -> None:
        """End ffmpeg if it is running."""
        if self._video is not None:
            self._video.close()


def _nanoseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1) * 1000
