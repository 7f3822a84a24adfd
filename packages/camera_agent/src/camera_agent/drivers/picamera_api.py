"""What is used of picamera2, as types; tests compare its signatures with those of the real source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from camera_agent.drivers.picamera_controls import Control, Controls, Metadata


class Request(Protocol):
    """What is used of picamera2's `CompletedRequest`."""

    def get_metadata(self) -> Metadata:
        """How the frame was taken."""
        ...

    def save(self, name: str, file_output: str, format: str | None = None) -> None:  # noqa: A002 - its name there
        """Write a stream's picture."""
        ...

    def save_dng(self, file_output: str, name: str = "raw") -> None:
        """Write the raw stream as a DNG file."""
        ...

    def release(self) -> None:
        """Give the buffer back."""
        ...


class Picamera(Protocol):
    """What is used of `Picamera2`."""

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
        """A configuration for pictures of full quality."""
        ...

    def configure(self, camera_config: dict[str, object]) -> None:
        """Set it up."""
        ...

    def start(self) -> None:
        """Let frames come."""
        ...

    def set_controls(self, controls: Controls) -> None:
        """Wish for controls."""
        ...

    def capture_metadata(self) -> Metadata:
        """The next frame's metadata."""
        ...

    def capture_request(self) -> Request:
        """The next frame."""
        ...

    def close(self) -> None:
        """Give the camera back."""
        ...
