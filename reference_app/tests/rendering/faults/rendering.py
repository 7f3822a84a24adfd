"""Renders a plan in a process of its own, which a test kills."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from timelapse.rendering.pipeline.plan import Plan
from timelapse.rendering.pipeline.render import render
from timelapse.rendering.pipeline.store import SegmentStore


def main(plan: Path, folder: Path, store: Path, lanes: int) -> None:
    def report(done: int) -> None:
        print(done, flush=True)  # noqa: T201 - the test reads it

    made = Plan.from_json(json.loads(plan.read_text()))
    render(made, folder, SegmentStore(store), max_pixels=10_000, on_frame=report, lanes=lanes).publish()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]), lanes=int(sys.argv[4]))
