"""Operations: queues, tasks, holds and progress in one overview."""

from __future__ import annotations
