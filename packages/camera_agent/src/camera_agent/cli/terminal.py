"""Terminal output of the commands: results on standard output, messages on standard error."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress


def take_any_text() -> None:
    """Write letters that the terminal's encoding lacks as their codes, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def discard_results() -> None:
    """Discard further results: nobody reads them any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_result(text: str) -> None:
    """Write a result to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_message(sentence: str) -> None:
    """Write a message for people to standard error. Whoever started the agent may have left: it goes on."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"camera-agent: {sentence}\n")
        sys.stderr.flush()
