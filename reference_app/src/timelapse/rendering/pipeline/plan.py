"""What a movie consists of: a recipe for each frame, and segments of them. Pure: no pixels, no files.

A segment is known by its key, a hash of all that decides about its bytes. Whoever has a segment of that key
has no need to encode it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from timelapse.rendering.codecs import CODECS, ENCODERS, Codec
from timelapse.rendering.fit import CONTAIN, Fit
from timelapse.rendering.pipeline.composition import Composition
from timelapse.rendering.pipeline.cut import cut, quickly
from timelapse.rendering.pipeline.geometry import Size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: Increase it when this pipeline makes other pixels of the same recipes.
_PIPELINE: Final = 5
#: Increase it when the same fit, other than contain, makes other pixels.
_FITTING: Final = 1
#: Increase it when another picture is held in the place of one that can't be used.
_HELD: Final = 2
#: The packages that decide about the bytes: encoder, decoders, colours.
_PACKAGES: Final = ("av", "numpy", "pillow", "simplejpeg")
#: The extras that decode some kinds, by the extension of stored files.
_DECODERS: Final = {".heic": "pillow-heif", ".raw": "rawpy"}
#: Decoding starts at a keyframe: the nearer it is, the sooner a player shows the moment that is asked for.
#: Each costs bytes. A segment begins with one; most have up to 90 frames, and need no other at 30 a second.
_KEYFRAME_EVERY_S: Final = 3
_LONGEST_GOP: Final = 250
#: A file counts time in at least so many units a second, as ffmpeg does.
_LEAST_TIMESCALE: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MovieFormat:
    """How a movie is encoded: ``size`` must be even, ``rate`` exact (see ``rate.exact_rate``).

    ``fit`` says what happens to pictures of another shape. ``preset`` and ``crf`` are the encoder's, see
    `codecs.ENCODERS`. With ``hold`` a picture that can't be used is shown as the one before it in its
    segment or in the one before, or after it if there is none before; without, it is left out.
    """

    size: Size
    rate: Fraction
    preset: str = ENCODERS["h264"].preset
    crf: int = ENCODERS["h264"].crf
    fit: Fit = CONTAIN
    hold: bool = False
    codec: Codec = CODECS[0]

    @property
    def keyframe_every(self) -> int:
        """Frames from one keyframe to the next, at most."""
        return max(1, min(_LONGEST_GOP, round(self.rate * _KEYFRAME_EVERY_S)))

    @property
    def timescale(self) -> int:
        """Units of time in a second of its file; a frame takes a whole number of them."""
        scale = self.rate.numerator
        while scale < _LEAST_TIMESCALE:
            scale *= 2
        return scale

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        size = [self.size.width, self.size.height]
        how: dict[str, Any] = {"size": size, "rate": str(self.rate), "preset": self.preset, "crf": self.crf}
        # Without the default, so that segments keep the keys under which they were encoded before.
        if self.fit != CONTAIN:
            how["fit"] = self.fit.to_json() | {"fitting": _FITTING}
        if self.codec != CODECS[0]:
            how["codec"] = self.codec
        return how | {"hold": _HELD} if self.hold else how

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        rate = Fraction(data["rate"])
        fit = Fit.from_json(data["fit"]) if "fit" in data else CONTAIN
        hold = "hold" in data
        size = Size(*data["size"])
        codec = data.get("codec", CODECS[0])
        return cls(
            size=size, rate=rate, preset=data["preset"], crf=data["crf"], fit=fit, hold=hold, codec=codec
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one frame is made: from the picture with this hash, which is at ``path``.

    ``name`` is for people. ``captured_us`` is when it was captured, in microseconds since 1970; None when
    that is not known. Neither name nor path nor time decides about the frame's pixels. ``composition`` is
    what is added to the picture; None: nothing.
    """

    name: str
    path: Path
    sha256: str
    captured_us: int | None = None
    composition: Composition | None = None

    @classmethod
    def of(cls, path: Path) -> Self:
        """Return the recipe of a picture whose hash is not known yet."""
        return cls(name=path.name, path=path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())

    @classmethod
    def of_card(cls, text: str) -> Self:
        """Return the recipe of a frame without a picture: a text on black."""
        return cls(name="Card", path=Path(), sha256="", composition=Composition(card=text))

    @property
    def decisive(self) -> object:
        """All that decides about the frame's pixels, as a JSON value."""
        return self.sha256 if self.composition is None else [self.sha256, self.composition.decisive]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "name": self.name,
            "path": str(self.path),
            "sha256": self.sha256,
            "captured_us": self.captured_us,
            "composition": self.composition and self.composition.to_json(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote."""
        composed = data["composition"] and Composition.from_json(data["composition"])
        return cls(**data | {"path": Path(data["path"]), "composition": composed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Frames that are encoded together, and that decode without any other."""

    key: str
    recipes: tuple[Recipe, ...]
    #: The frames of the segment before, of which one is held if the first picture of this one can't be used.
    before: tuple[Recipe, ...] = field(default=(), compare=False)

    @property
    def held_key(self) -> str:
        """The key of what is shown if the first picture can't be used: it depends on the segment before."""
        if not self.before:
            return f"{self.key}-held"
        decisive = json.dumps([self.key, *(recipe.decisive for recipe in self.before)])
        return hashlib.sha256(decisive.encode()).hexdigest()

    @classmethod
    def of(cls, recipes: Iterable[Recipe], movie: MovieFormat) -> Self:
        """Return the segment of these frames."""
        frames = tuple(recipes)
        decisive = {
            "pipeline": _PIPELINE,
            "packages": _packages() | _decoders(frames),
            "format": movie.to_json(),
            "frames": [recipe.decisive for recipe in frames],
        }
        text = json.dumps(decisive, sort_keys=True, separators=(",", ":"))
        return cls(key=hashlib.sha256(text.encode()).hexdigest(), recipes=frames)


def _in_a_row(segments: Sequence[Segment], movie: MovieFormat) -> tuple[Segment, ...]:
    """Give each segment the one before it, from which a picture may be held."""
    if not movie.hold:
        return tuple(segments)
    befores = ((), *(segment.recipes for segment in segments))
    return tuple(replace(segment, before=before) for segment, before in zip(segments, befores, strict=False))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A movie before it is made."""

    movie: MovieFormat
    segments: tuple[Segment, ...]

    @classmethod
    def of(
        cls,
        recipes: Sequence[Recipe],
        movie: MovieFormat,
        *,
        ending: Sequence[Recipe] = (),
        quick_start: bool = True,
    ) -> Self:
        """Plan a movie of these frames, in this order; the ending is a segment of its own.

        With ``quick_start`` the first segment is short. A stretch from the middle of another movie is planned
        without it, so that both have their segments in common.
        """
        segments, start = [], 0
        for frames in cut([recipe.captured_us for recipe in recipes], quick_start=quick_start):
            segments.append(Segment.of(recipes[start : start + frames], movie))
            start += frames
        if ending:
            segments.append(Segment.of(ending, movie))
        return cls(movie=movie, segments=_in_a_row(segments, movie))

    @property
    def frame_count(self) -> int:
        """All frames, also those whose pictures may turn out to be unusable."""
        return sum(len(segment.recipes) for segment in self.segments)

    def starting_quickly(self) -> Plan:
        """Return the plan with a short first segment: somebody waits to watch it."""
        if not self.segments:
            return self
        recipes = self.segments[0].recipes
        first = quickly(len(recipes))[0]
        begins = (recipes,) if first == len(recipes) else (recipes[:first], recipes[first:])
        segments = (*(Segment.of(frames, self.movie) for frames in begins), *self.segments[1:])
        return replace(self, segments=_in_a_row(segments, self.movie))

    def diff(self, old: Plan) -> tuple[Segment, ...]:
        """Return the segments that the other plan doesn't have: they must be encoded."""
        known = {segment.key for segment in old.segments}
        return tuple(segment for segment in self.segments if segment.key not in known)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        segments = [[recipe.to_json() for recipe in segment.recipes] for segment in self.segments]
        return {"movie": self.movie.to_json(), "segments": segments}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Return what ``to_json`` wrote; its keys are those of the packages that are installed now."""
        movie = MovieFormat.from_json(data["movie"])
        recipes = ([Recipe.from_json(recipe) for recipe in segment] for segment in data["segments"])
        return cls(movie=movie, segments=_in_a_row([Segment.of(frames, movie) for frames in recipes], movie))


def _decoders(recipes: Iterable[Recipe]) -> dict[str, str]:
    """Return the versions of the decoders that only some kinds of pictures take."""
    names = {_DECODERS[suffix] for recipe in recipes if (suffix := recipe.path.suffix) in _DECODERS}
    return {name: found for name in sorted(names) if (found := _version_of_extra(name))}


@cache
def _version_of_extra(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


@cache
def _packages() -> dict[str, str]:
    return {name: version(name) for name in _PACKAGES}
