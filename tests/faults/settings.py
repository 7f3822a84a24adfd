"""The app's own settings, with a short capture interval."""

from __future__ import annotations

import os

from timelapse.project.settings import *  # noqa: F403

TIMELAPSE = {"frame_interval_s": float(os.environ["FAULTS_INTERVAL_S"])}
