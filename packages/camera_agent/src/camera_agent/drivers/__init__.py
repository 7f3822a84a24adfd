"""Cameras. Each driver runs in a process of its own: a crash or a hang never reaches the agent."""

from __future__ import annotations
