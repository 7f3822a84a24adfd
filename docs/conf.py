"""How Sphinx builds the site."""

from __future__ import annotations

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
