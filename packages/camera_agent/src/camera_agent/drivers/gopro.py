"""GoPro cameras (HERO9 on) by the Open GoPro HTTP API, over USB or Wi-Fi.

No GoPro was available: the driver is tested against a stateful fake that follows the published description.
Over Wi-Fi the Pi's only radio is bound to the camera, so an agent that delivers as well needs USB.
"""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from camera_agent.captures import HEAD_BYTES, filetype_of
from camera_agent.drivers.base import CapturedImage, Description, Options
from camera_agent.drivers.gopro_http import Address, GoproHttp, State
from camera_agent.drivers.gopro_media import Media, newest, parse_media
from camera_agent.errors import BadInput, DriverError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from camera_agent.captures import ExposureValue

#: The preset group for photos.
PHOTO_PRESETS = 1001
#: Seconds that taking and storing one photo may take, and between two queries of the state.
READY_S, POLL_S = 20.0, 0.2
#: The camera sleeps without requests; GoPro's own software sends one every 3 seconds.
KEEP_ALIVE_S = 3.0
#: A download may break this often before it is given up; each attempt resumes the previous one.
DOWNLOADS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Clock and sleep, replaceable in tests."""

    sleep: Callable[[float], object] = time.sleep
    now: Callable[[], float] = time.monotonic


class KeepAlive:
    """Keeps the camera awake between captures that are minutes apart, on its own connection."""

    def __init__(self, address: Address, *, every_s: float = KEEP_ALIVE_S) -> None:
        self._http, self._every_s, self._stop = GoproHttp(address), every_s, threading.Event()
        self._thread = threading.Thread(target=self._run, name="gopro-keep-alive", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            # A camera that refuses is busy and so awake; that one is gone is reported by the next capture.
            with contextlib.suppress(DriverError):
                self._http.json("/gopro/camera/keep_alive")
        self._http.close()

    def close(self) -> None:
        """Stop; a request in progress ends by its own time-out."""
        self._stop.set()
        self._thread.join(1.0)


class GoproDriver:
    """Options: `address` (`10.5.5.9:8080` over Wi-Fi) or `serial` (over USB), `keep` (false).

    `keep = true` leaves the photos on the camera's card after the download.
    """

    option_names: ClassVar[frozenset[str]] = frozenset({"address", "serial", "keep"})

    def __init__(self, timing: Timing | None = None) -> None:
        self._timing = timing or Timing()
        self._http: GoproHttp | None = None
        self._keep_alive: KeepAlive | None = None
        self._keep = False

    def open(self, options: Options) -> Description:
        """Enable the camera's interface, set its clock, and select the photo presets."""
        address = Address.of(options)
        self._keep = bool(options.get("keep"))
        self._http = http = GoproHttp(address)
        info = http.json("/gopro/camera/info")
        if address.wired:
            http.json("/gopro/camera/control/wired_usb?p=1")
        self._wait_ready()
        # Without power it loses the time, and files of 2016 sort before all others.
        now = datetime.now().astimezone()
        zone = int((now.utcoffset() or now - now).total_seconds() // 60)
        date = f"date={now:%Y_%m_%d}&time={now:%H_%M_%S}&tzone={zone}&dst=0"
        http.json(f"/gopro/camera/set_date_time?{date}")
        http.json(f"/gopro/camera/presets/set_group?id={PHOTO_PRESETS}")
        self._keep_alive = KeepAlive(address)
        return Description(model=str(info.get("model_name") or "GoPro"))

    def capture(self, target: Path) -> CapturedImage:
        """Release the shutter, wait until the photo is stored, and download it."""
        http = self._opened()
        self._check(self._wait_ready())
        http.json("/gopro/camera/keep_alive")
        before = set(self._media())
        http.json("/gopro/camera/shutter/start")
        self._wait_ready()
        media = newest(self._media(), before)
        if media is None:
            raise DriverError("The GoPro released its shutter but stored no photo.", "Check its card.")
        self._download(media, target)
        with target.open("rb") as file:
            filetype = filetype_of(file.read(HEAD_BYTES))
        if filetype is None:
            raise DriverError(f"The GoPro's file {media.path} is no picture.", "Choose a photo preset on it.")
        if not self._keep:
            http.json(f"/gopro/media/delete/file?path={media.path}")
        return CapturedImage(filename=media.name, filetype=filetype)

    def _download(self, media: Media, target: Path) -> None:
        """Download a file; its length is that of the camera's list, since responses have been wrong."""
        target.unlink(missing_ok=True)
        for _ in range(DOWNLOADS):
            ended = self._opened().download(f"/videos/DCIM/{media.path}", target)
            size = target.stat().st_size if target.exists() else 0
            if size == media.size if media.size else ended:
                return
            if media.size and size > media.size:
                target.unlink()
            self._timing.sleep(POLL_S)
        raise DriverError(f"The download of {media.path} broke {DOWNLOADS} times.", "Check the cable.")

    def _wait_ready(self) -> State:
        """Wait until the camera is neither busy nor encoding; until then it refuses requests."""
        deadline = self._timing.now() + READY_S
        while (state := self._opened().state()).busy:
            if self._timing.now() > deadline:
                raise DriverError(
                    f"The GoPro has been busy for {READY_S:g} s.", "Switch it off and on again."
                )
            self._timing.sleep(POLL_S)
        return state

    @staticmethod
    def _check(state: State) -> None:
        if state.storage_problem:
            raise DriverError(f"The GoPro can't store: {state.storage_problem}.", "Check its card.")
        if state.overheating:
            raise DriverError("The GoPro is too hot to capture.", "Give it shade, or a longer interval.")

    def _media(self) -> tuple[Media, ...]:
        return parse_media(self._opened().json("/gopro/media/list"))

    def health(self) -> Mapping[str, ExposureValue]:
        """Return battery in percent and free space on the card in bytes."""
        state = self._opened().state()
        return {"battery_percent": state.battery_percent, "card_free_bytes": state.card_free_bytes}

    def close(self) -> None:
        """Close the connections; the camera falls asleep by itself."""
        if self._keep_alive is not None:
            self._keep_alive.close()
        if self._http is not None:
            self._http.close()

    def _opened(self) -> GoproHttp:
        if self._http is None:
            raise BadInput("The GoPro must be opened first.")
        return self._http
