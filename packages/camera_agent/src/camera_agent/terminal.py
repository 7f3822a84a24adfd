"""What a command tells: results on standard output, sentences for people on standard error."""

from __future__ import annotations

import sys


def tell(text: str) -> None:
    """Write a result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def say(sentence: str) -> None:
    """Say something to whoever watches."""
    sys.stderr.write(f"camera-agent: {sentence}\n")
    sys.stderr.flush()
