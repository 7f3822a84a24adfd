"""The used part of picamera2, as types; tests compare the signatures with those of the real source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.drivers.picamera_controls import Control, Controls, Metadata


class Request(Protocol):
    """The used part of picamera2's `CompletedRequest`."""

    def get_metadata(self) -> Metadata:
        """Return how the frame was taken."""
        ...

    def save(self, name: str, file_output: str, format: str | None = None) -> None:  # noqa: A002 - its name there
        """Write the picture of a stream."""
        ...

    def save_dng(self, file_output: str, name: str = "raw") -> None:
        """Write the raw stream as a DNG file."""
        ...

    def release(self) -> None:
        """Release the buffer."""
        ...


class Picamera(Protocol):
    """The used part of `Picamera2`."""

    options: dict[str, int]
    camera_controls: Mapping[str, Control]
    camera_properties: Mapping[str, str]

    def create_still_configuration(
        self,
        main: dict[str, tuple[int, int]] = ...,
        *,
        raw: dict[str, tuple[int, int]] | None = ...,
        buffer_count: int = ...,
    ) -> dict[str, object]:
        """Return a configuration for full-quality pictures."""
        ...

    def configure(self, camera_config: dict[str, object]) -> None:
        """Apply a configuration."""
        ...

    def start(self) -> None:
        """Start the stream of frames."""
        ...

    def set_controls(self, controls: Controls) -> None:
        """Request controls."""
        ...

    def capture_metadata(self) -> Metadata:
        """Return the metadata of the next frame."""
        ...

    def capture_request(self) -> Request:
        """Return the next frame."""
        ...

    def close(self) -> None:
        """Release the camera."""
        ...
