"""Terminal output of the commands: results on standard output, messages on standard error."""

from __future__ import annotations

import sys


def print_result(text: str) -> None:
    """Write a result to standard output."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def print_message(sentence: str) -> None:
    """Write a message for people to standard error."""
    sys.stderr.write(f"camera-agent: {sentence}\n")
    sys.stderr.flush()
