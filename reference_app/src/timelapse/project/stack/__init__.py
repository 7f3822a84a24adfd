"""The whole app on one machine: what ``timelapse up`` and ``timelapse film`` start, watch and stop."""
