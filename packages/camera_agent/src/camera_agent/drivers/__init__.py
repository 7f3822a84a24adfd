"""Cameras: each driver runs in a child process of its own, so that a crash or a hang never reaches the agent."""

from __future__ import annotations
