"""What users of the package test with."""

from __future__ import annotations
