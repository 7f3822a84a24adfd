"""What is going on: queues, tasks, holds and progress together."""

from __future__ import annotations
