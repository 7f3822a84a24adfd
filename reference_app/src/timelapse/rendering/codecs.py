"""The codecs that a movie can be encoded with, and whether this machine has them. Without Django."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, get_args

Codec = Literal["h264", "av1"]
CODECS: Final[tuple[Codec, ...]] = get_args(Codec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoder:
    """An encoder of PyAV, and what it is asked for: how thorough, and how good."""

    name: str
    preset: str
    crf: int


#: The defaults of x264 were measured on real footage: every frame keeps SSIM >= 0.95 to its source, at twice
#: the speed of "medium" for a file a little larger. Those of SVT-AV1 are as good (VMAF within 0.5); from
#: preset 10 on it may show artefacts.
ENCODERS: Final[dict[Codec, Encoder]] = {
    "h264": Encoder(name="libx264", preset="veryfast", crf=18),
    "av1": Encoder(name="libsvtav1", preset="8", crf=27),
}


@cache
def missing(codec: Codec) -> str | None:
    """Say what this installation lacks to encode and check a codec; None if nothing."""
    # Importing PyAV takes a tenth of a second, and who encodes H.264 has it anyway.
    from av.codec import Codec as Coder  # noqa: PLC0415
    from av.codec.codec import UnknownCodecError  # noqa: PLC0415

    try:
        Coder(ENCODERS[codec].name, "w")
    except UnknownCodecError:
        return f"the encoder {ENCODERS[codec].name}"
    try:
        Coder(codec, "r")
    except UnknownCodecError:
        return f"a decoder of {codec}"
    return None
