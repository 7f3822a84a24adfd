"""Runs the whole app on one machine: the commands ``timelapse up``, ``film`` and ``import``."""
