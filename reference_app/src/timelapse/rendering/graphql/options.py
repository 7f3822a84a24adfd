"""The options of a movie as GraphQL input, and what a page needs to ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from fsmlock.adapters.graphql import InputField, Reason
from fsmlock.sentences import translated
from timelapse.rendering import form
from timelapse.rendering.domain import LONGEST_TITLE, SoundOptions, sound_too_large
from timelapse.rendering.presets import PRESETS
from timelapse.rendering.selection import Selection
from timelapse.rendering.style import Style
from timelapse.shared import conf
from timelapse.shared.graphql import BigInt

if TYPE_CHECKING:
    from timelapse.timelapses.models import Timelapse


@strawberry.input
class FrameSelectionInput:
    """Which frames are shown. Windows are times as in a camera's schedule: mon-fri 06:30..20:00."""

    windows: list[str] = strawberry.field(default_factory=list)
    skip_dark: bool = False
    skip_blurred: bool = False
    skip_duplicates: bool = False
    best_of_hour: bool = False
    every: int = 1
    length_seconds: float | None = None

    def to_value(self) -> Selection:
        """Convert it. A comma separates windows, too."""
        windows = (window.strip() for text in self.windows for window in text.split(","))
        return Selection(
            windows=tuple(window for window in windows if window),
            skip_dark=self.skip_dark,
            skip_blurred=self.skip_blurred,
            skip_duplicates=self.skip_duplicates,
            best_of_hour=self.best_of_hour,
            every=self.every,
            length_s=self.length_seconds,
        )


@strawberry.input
class MovieStyleInput:
    """What is added to the pictures: even light, a label, a fade from and to black, a card at the end.

    `steady` takes away how the camera sways, for which pictures are cropped by 2 % at each side.
    From its first frame to its last the movie zooms from `zoomFrom` to `zoomTo` (1 to 4; 1: the whole
    picture), and pans from `panFrom` to `panTo`, which are points as `focus` is.

    Pictures of another shape than the movie's are fitted by `contain` (whole, on black), `blurred_bars`
    (whole, on themselves, blurred) or `cover` (cropped). Cropping keeps the `focus`: center, top, bottom,
    left, right, top-left, top-right, bottom-left, bottom-right, or percent from left and top, as in 30,70.
    A picture that can't be used is `unusable`: `leave_out`, or `hold` to show the one before it instead.
    `codec` is `h264` or `av1`, which makes smaller files and is refused where the server can't encode it.
    """

    deflicker: bool = False
    steady: bool = False
    zoom_from: float = 1
    zoom_to: float = 1
    pan_from: str = "center"
    pan_to: str = "center"
    label_time: bool = False
    label_text: str = ""
    label_exposure: bool = False
    fade_seconds: float = 0
    end_text: str = ""
    fit: str = "contain"
    focus: str = "center"
    unusable: str = "leave_out"
    codec: str = "h264"

    def to_value(self) -> Style:
        """Convert it."""
        return Style(
            deflicker=self.deflicker,
            steady=self.steady,
            zoom_from=self.zoom_from,
            zoom_to=self.zoom_to,
            pan_from=self.pan_from,
            pan_to=self.pan_to,
            label_time=self.label_time,
            label_text=self.label_text,
            label_exposure=self.label_exposure,
            fade_s=self.fade_seconds,
            end_text=self.end_text,
            fit=self.fit,
            focus=self.focus,
            unusable=self.unusable,
            codec=self.codec,
        )


@strawberry.input
class MovieSoundInput:
    """A sound that was sent to `/media/sounds`, by the hash that came back.

    It `repeats` until the movie ends, or is played once. The volume is in percent of the file's.
    """

    sha256: str
    repeats: bool = True
    volume: float = 100

    def to_value(self) -> SoundOptions:
        """Convert it."""
        return SoundOptions(sha256=self.sha256, repeats=self.repeats, volume=self.volume)


@strawberry.type(description="Fields of one input of a movie's options.")
class RenderFieldGroup:
    """See timelapse.rendering.form.Group."""

    name: str = strawberry.field(description="The input that contains the fields.")
    label: str
    fields: list[InputField]

    @classmethod
    def from_value(cls, group: form.Group) -> RenderFieldGroup:
        """Convert it."""
        fields = [InputField.from_value(field) for field in group.fields]
        return cls(name=group.name, label=translated(group.label), fields=fields)


@strawberry.type(description="Values for all fields that suit what people film.")
class RenderPreset:
    """See timelapse.rendering.presets."""

    name: str
    label: str
    values: JSON = strawberry.field(description="By the name of the group, values by the names of fields.")


@strawberry.type(description="How large a file of sound may be, and why a larger one is refused.")
class SoundLimit:
    """The server's own limit, so that a page need not send what is refused."""

    bytes: BigInt
    reason: Reason


@strawberry.type(description="What people are asked for a movie beside its speed and size.")
class RenderForm:
    """The fields, the presets, and from when to when there are frames."""

    groups: list[RenderFieldGroup]
    presets: list[RenderPreset]
    sound: RenderFieldGroup = strawberry.field(
        description="How a sound is played, for who has added one; part of no preset."
    )
    sound_limit: SoundLimit
    longest_title: int
    first_captured_at: datetime | None = strawberry.field(description="Null without frames.")
    last_captured_at: datetime | None = strawberry.field(description="Null without frames.")

    @classmethod
    def of(cls, timelapse: Timelapse) -> RenderForm:
        """Build it. Takes two queries."""
        most = conf.get().max_sound_bytes
        captured = timelapse.shown_frames().values_list("captured_at", flat=True)
        return cls(
            groups=[RenderFieldGroup.from_value(group) for group in form.GROUPS],
            sound=RenderFieldGroup.from_value(form.SOUND),
            sound_limit=SoundLimit(bytes=BigInt(most), reason=Reason.from_value(sound_too_large(most))),
            presets=[
                RenderPreset(name=name, label=translated(preset.label), values=JSON(form.PRESET_VALUES[name]))
                for name, preset in PRESETS.items()
            ],
            longest_title=LONGEST_TITLE,
            first_captured_at=captured.first(),
            last_captured_at=captured.last(),
        )
