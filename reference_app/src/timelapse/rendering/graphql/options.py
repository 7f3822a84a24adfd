"""The options of a movie as GraphQL input, and what a page needs to ask for them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry.scalars import JSON

from fsmlock.adapters.graphql import InputField
from timelapse.rendering import form
from timelapse.rendering.domain import LONGEST_TITLE
from timelapse.rendering.presets import PRESETS
from timelapse.rendering.selection import Selection
from timelapse.rendering.style import Style

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
    """What is added to the pictures: even light, a label, a fade from and to black, a card at the end."""

    deflicker: bool = False
    label_time: bool = False
    label_text: str = ""
    label_exposure: bool = False
    fade_seconds: float = 0
    end_text: str = ""

    def to_value(self) -> Style:
        """Convert it."""
        return Style(
            deflicker=self.deflicker,
            label_time=self.label_time,
            label_text=self.label_text,
            label_exposure=self.label_exposure,
            fade_s=self.fade_seconds,
            end_text=self.end_text,
        )


@strawberry.type(description="Fields of one input of a movie's options.")
class RenderFieldGroup:
    """See timelapse.rendering.form.Group."""

    name: str = strawberry.field(description="The input that contains the fields.")
    label: str
    fields: list[InputField]


@strawberry.type(description="Values for all fields that suit what people film.")
class RenderPreset:
    """See timelapse.rendering.presets."""

    name: str
    label: str
    values: JSON = strawberry.field(description="By the name of the group, values by the names of fields.")


@strawberry.type(description="What people are asked for a movie beside its speed and size.")
class RenderForm:
    """The fields, the presets, and from when to when there are frames."""

    groups: list[RenderFieldGroup]
    presets: list[RenderPreset]
    longest_title: int
    first_captured_at: datetime | None = strawberry.field(description="Null without frames.")
    last_captured_at: datetime | None = strawberry.field(description="Null without frames.")

    @classmethod
    def of(cls, timelapse: Timelapse) -> RenderForm:
        """Build it. Takes two queries."""
        captured = timelapse.shown_frames().values_list("captured_at", flat=True)
        return cls(
            groups=[
                RenderFieldGroup(
                    name=group.name,
                    label=group.label,
                    fields=[InputField.from_value(field) for field in group.fields],
                )
                for group in form.GROUPS
            ],
            presets=[
                RenderPreset(name=name, label=preset.label, values=JSON(form.PRESET_VALUES[name]))
                for name, preset in PRESETS.items()
            ],
            longest_title=LONGEST_TITLE,
            first_captured_at=captured.first(),
            last_captured_at=captured.last(),
        )
