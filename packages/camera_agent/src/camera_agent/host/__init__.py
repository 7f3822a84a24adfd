"""The machine: its clock, network, sensors, threads and service manager."""

from __future__ import annotations
