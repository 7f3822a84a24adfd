"""What people are asked for a timelapse of a camera: the same when it is created and when it is changed."""

from __future__ import annotations

from typing import Final

from fsmlock import InputField, Offer

#: The permission to create timelapses.
ADD_TIMELAPSE: Final = "timelapses.add_timelapse"
LONGEST_NAME: Final = 80
LONGEST_NOTES: Final = 2000
_BY_WHICH_CLOCK: Final = "By the clock of the camera's time zone; UTC if that isn't known."

TIMELAPSE_FIELDS: Final = (
    InputField(name="name", kind="text", label="Name", default="", minimum=1, maximum=LONGEST_NAME),
    InputField(
        name="starts_at",
        kind="date_time",
        label="From",
        default=None,
        optional=True,
        help=f"Empty: from the camera's first frame. {_BY_WHICH_CLOCK}",
    ),
    InputField(
        name="ends_at",
        kind="date_time",
        label="To",
        default=None,
        optional=True,
        help="Empty: it goes on until it is stopped.",
    ),
    InputField(name="notes", kind="text", label="Notes", default="", maximum=LONGEST_NOTES, multiline=True),
)
TIMELAPSE_OFFER: Final = Offer(input=TIMELAPSE_FIELDS)
