"""``timelapse``: the command line of the reference app."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from timelapse.project.stack.errors import StackError

if TYPE_CHECKING:
    from timelapse.rendering.selection import Selection
    from timelapse.rendering.style import Style

DEFAULT_PORT = 8000
DEFAULT_VOLUME = 100.0


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return its exit code: 0 done, 1 failed with a message, 2 wrong command line.

    ``import`` also returns 2 when there is nothing to import, and 3 when some captures were refused.
    """
    argv = sys.argv[1:] if arguments is None else arguments
    if argv[:1] == ["manage"]:
        return _manage(argv[1:])
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except StackError as error:
        print(f"timelapse: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("timelapse", description="Capture, render and show timelapses.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="run everything here, with a simulated camera, until Ctrl-C")
    up.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="port of the page, 0 for any (default: %(default)s)"
    )
    up.add_argument("--no-camera", action="store_true", help="start without the simulated camera")
    up.add_argument(
        "--no-account", action="store_true", help="make the first account in the browser, with a printed code"
    )
    up.set_defaults(run=_up)
    film = commands.add_parser("film", help="make a movie of pictures or of a video, without a browser")
    film.add_argument("footage", type=Path, metavar="FOOTAGE", help="a folder of pictures, or a video file")
    film.add_argument("--out", type=Path, required=True, metavar="FILE", help="the movie to write (.mp4)")
    film.add_argument(
        "--fps", type=_fps, default=30.0, help="frames per second, 1 to 120 (default: %(default)g)"
    )
    film.add_argument("--size", type=_size, metavar="WxH", help="default: as the pictures, up to 1080 lines")
    _add_composing(film)
    film.set_defaults(run=_film)
    usb = commands.add_parser("import", help="store the captures that a camera exported to a USB drive")
    usb.add_argument(
        "folder", type=Path, metavar="DIR", help="the folder that 'camera-agent spool export' wrote"
    )
    usb.add_argument("--camera", metavar="NAME", help="the camera's name or id (default: as the drive says)")
    usb.set_defaults(run=_import)
    commands.add_parser("manage", help="Django's management commands: timelapse manage help")
    return parser


def _add_composing(film: argparse.ArgumentParser) -> None:
    preset = film.add_argument_group("which pictures, and what is added to them")
    preset.add_argument(
        "--preset",
        choices=("construction_site", "sky", "plants", "share"),
        default="plain",
        help="options for what people film most; others add to it",
    )
    preset.add_argument(
        "--only",
        action="append",
        metavar="TIMES",
        help='times, say "mon-fri 06:30..20:00"; repeat it for more',
    )
    preset.add_argument("--every", type=int, metavar="N", help="show one picture of N")
    preset.add_argument("--length", type=float, metavar="S", help="show as many as make a movie of S seconds")
    preset.add_argument("--best-of-hour", action="store_true", help="show the sharpest picture of each hour")
    preset.add_argument(
        "--skip", action="append", choices=("dark", "blurred", "duplicates"), help="leave these out"
    )
    preset.add_argument("--deflicker", action="store_true", help="even out the light of neighboring pictures")
    preset.add_argument(
        "--steady", action="store_true", help="take away how the camera sways; crops 2 %% at each side"
    )
    preset.add_argument(
        "--zoom", type=_zooms, metavar="FROM:TO", help='zoom from the first picture to the last: "1:2"'
    )
    preset.add_argument(
        "--pan", type=_points, metavar="FROM:TO", help='where zoomed pictures are cropped: "left:right"'
    )
    preset.add_argument("--label", metavar="TEXT", help="a text at the bottom left")
    preset.add_argument("--label-time", action="store_true", help="write when each picture was captured")
    preset.add_argument("--fade", type=float, metavar="S", help="fade from black and to black for S seconds")
    preset.add_argument(
        "--fit",
        choices=("contain", "blurred_bars", "cover"),
        help="pictures of another shape: whole on black, whole on themselves blurred, or cropped",
    )
    preset.add_argument(
        "--focus", metavar="POINT", help='what cropping keeps: "top-left", or percent as "30,70"'
    )
    preset.add_argument(
        "--unusable", choices=("leave_out", "hold"), help="hold: show the picture before a damaged one"
    )
    preset.add_argument("--codec", choices=("h264", "av1"), help="av1: a smaller file, slower to make")
    preset.add_argument("--end", metavar="TEXT", help="a card with this text at the end, for 3 seconds")
    sound = film.add_argument_group("sound")
    sound.add_argument(
        "--audio", type=Path, metavar="FILE", help="music or another sound, repeated to the end"
    )
    sound.add_argument("--audio-once", action="store_true", help="play it once instead")
    sound.add_argument(
        "--volume",
        type=_volume,
        metavar="PERCENT",
        help="1 to 200 percent of the file's (default: 100)",
    )


def _home() -> Path:
    return Path(os.environ.get("TIMELAPSE_HOME", "var")).resolve()


def _up(options: argparse.Namespace) -> int:
    from timelapse.project.stack.up_command import up  # noqa: PLC0415 - --help must not wait for the app

    up(_home(), port=options.port, camera=not options.no_camera, account=not options.no_account)
    return 0


def _film(options: argparse.Namespace) -> int:
    from timelapse.project.stack.film_command import film  # noqa: PLC0415 - --help must not wait for the app
    from timelapse.project.stack.film_options import FilmOptions, FilmSound  # noqa: PLC0415 - as above

    if options.audio is None and (options.audio_once or options.volume is not None):
        msg = "--audio-once and --volume say how a sound is played. Give --audio a file, too."
        raise StackError(msg)
    selection, style = _composed(options)
    film(
        _home(),
        FilmOptions(
            footage=options.footage,
            out=options.out,
            fps=options.fps,
            size=options.size,
            selection=selection,
            style=style,
            sound=options.audio
            and FilmSound(
                path=options.audio, repeats=not options.audio_once, volume=options.volume or DEFAULT_VOLUME
            ),
        ),
    )
    return 0


def _composed(options: argparse.Namespace) -> tuple[Selection, Style]:
    """Return the preset, changed by what was given beside it."""
    from timelapse.rendering.presets import PRESETS  # noqa: PLC0415 - --help must not wait for the app

    preset, skipped = PRESETS[options.preset], options.skip or ()
    selection = {
        "windows": tuple(options.only) if options.only else None,
        "every": options.every,
        "length_s": options.length,
        "best_of_hour": options.best_of_hour or None,
        **{f"skip_{kind}": True for kind in skipped},
    }
    style = {
        "deflicker": options.deflicker or None,
        "steady": options.steady or None,
        **_pair("zoom", options.zoom),
        **_pair("pan", options.pan),
        "label_text": options.label,
        "label_time": options.label_time or None,
        "fade_s": options.fade,
        "end_text": options.end,
        "fit": options.fit,
        "focus": options.focus,
        "unusable": options.unusable,
        "codec": options.codec,
    }
    return replace(preset.selection, **_given(selection)), replace(preset.style, **_given(style))


def _pair(name: str, values: tuple[object, object] | None) -> dict[str, object]:
    return {} if values is None else {f"{name}_from": values[0], f"{name}_to": values[1]}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _import(options: argparse.Namespace) -> int:
    from timelapse.project.stack.import_command import import_drive  # noqa: PLC0415 - as above

    return import_drive(_home(), options.folder, options.camera)


def _manage(arguments: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "timelapse.project.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - only this command needs it

    execute_from_command_line(["timelapse manage", *arguments])
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        msg = f"{text!r} is not a port: give a whole number up to 65535, or 0 for any that is free"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def _fps(text: str) -> float:
    return _number(text, "a frame rate", most=120)


def _volume(text: str) -> float:
    return _number(text, "a volume", most=200)


def _zooms(text: str) -> tuple[float, float]:
    begin, end = _points(text)
    return _number(begin, "a zoom", most=4), _number(end, "a zoom", most=4)


def _points(text: str) -> tuple[str, str]:
    begin, _, end = text.partition(":")
    return begin, end or begin


def _number(text: str, what: str, *, most: int) -> float:
    """Read a number from 1 to ``most``."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= most:
        msg = f"{text!r} is not {what}: give a number from 1 to {most}"
        raise argparse.ArgumentTypeError(msg)
    return value


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    sides = tuple(int(side) if side.isdecimal() else 0 for side in (width, height))
    if not all(16 <= side <= 7680 and side % 2 == 0 for side in sides):
        msg = (
            f"{text!r} is not a size: give WIDTHxHEIGHT, each even and from 16 to 7680, for example 1280x720"
        )
        raise argparse.ArgumentTypeError(msg)
    return sides[0], sides[1]


if __name__ == "__main__":
    sys.exit(main())
