"""Frames for the page, and what a camera has to do with them."""

from __future__ import annotations

from timelapse.frames.graphql.camera import CameraFrames
from timelapse.frames.graphql.frame import Frame
from timelapse.frames.graphql.mutations import Mutation

__all__ = ["CameraFrames", "Frame", "Mutation"]
