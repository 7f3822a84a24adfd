"""How Sphinx builds the site."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from eliot_progress.schema import schema

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "Timelapse"
author = "the Timelapse maintainers"
copyright = "2026, the Timelapse maintainers"  # noqa: A001 - Sphinx's name

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "README.md", "decisions/template.md"]
html_theme = "furo"
html_title = "Timelapse: long jobs that answer every why"
html_static_path: list[str] = []
nitpicky = True


def setup(app: Sphinx) -> None:
    """Serve the JSON Schema of the progress messages beside the page that describes them."""
    app.connect("build-finished", _write_schema)


def _write_schema(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        path = Path(app.outdir) / "reference" / "progress-message-1.json"
        path.write_text(json.dumps(schema(), indent=2) + "\n", encoding="utf-8")
