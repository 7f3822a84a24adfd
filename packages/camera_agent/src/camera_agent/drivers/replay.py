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
from camera_agent.drivers.video import Video, can_tone_map, look_into
from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from camera_agent.captures import ExposureValue

#: What is said of a video in HDR, by whether it is tone mapped.
_NOTES = {
    True: "The video is in HDR; its light is brought into that of other videos.",
    False: "The video is in HDR, which this ffmpeg can't bring into other light: its colours will look pale.",
}
#: Frames are apart by this at least: a microsecond, the unit in which times are sent.
_RIGHT_AFTER_NS = 1000
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
                    path=str(found[number][0].relative_to(source.parent)),
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
        info = look_into(source)
        tone_map = info.hdr and can_tone_map()
        self._video = Video(source, tone_map=tone_map)
        self._next = _frames_of(self._video, source)
        return Description(
            model=f"Replay of {source.name}",
            finite=True,
            total=info.frames,
            note=_NOTES[tone_map] if info.hdr else "",
        )

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


def _frames_of(video: Video, source: Path) -> Iterator[tuple[CapturedImage, bytes]]:
    """Yield the frames, as far apart as in the video, from the time of its file on.

    One without a time, or with one before its predecessor's, comes right after that.
    """
    begun_ns = source.stat().st_mtime_ns
    captured_ns = 0
    for number, (picture, time_s) in enumerate(video.frames(), 1):
        shown_ns = begun_ns + round((time_s or 0) * 10**9)
        captured_ns = max(captured_ns + _RIGHT_AFTER_NS, shown_ns)
        name = f"{source.stem}-{number:06d}.jpg"
        yield CapturedImage(filename=name, filetype="image/jpeg", captured_ns=captured_ns), picture


def _nanoseconds(moment: datetime | None) -> int | None:
    return None if moment is None else (moment - _EPOCH) // timedelta(microseconds=1) * 1000
