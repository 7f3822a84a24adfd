"""The steps of an upload: admission, receiving, inspection, storing or quarantine."""

from __future__ import annotations
