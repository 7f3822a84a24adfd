"""A project without any page of ours."""

from __future__ import annotations

urlpatterns: list[object] = []
