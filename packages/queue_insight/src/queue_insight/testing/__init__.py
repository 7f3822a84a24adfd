"""What users need to test with: conformance suites for their own implementations."""

from __future__ import annotations
