"""`python -m camera_agent` is the `camera-agent` command."""

from __future__ import annotations

import sys

from camera_agent.cli import main

if __name__ == "__main__":
    sys.exit(main())
