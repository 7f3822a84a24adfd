"""Errors of rendering, each with a remedy."""

from __future__ import annotations


class RenderError(Exception):
    """A movie couldn't be rendered."""

    code = "render_failed"
    remedy = "Look at the worker's log, then render again."

    def __init__(self, message: str, *, code: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.remedy = remedy or self.remedy


class NoUsableFramesError(RenderError):
    """Not one of the pictures could be read."""

    code = "no_usable_frames"
    remedy = "Put the files of its frames back, then retry; or capture new frames."


class EncoderError(RenderError):
    """The encoder refused a frame or ended with an error."""

    code = "encoder_failed"
    remedy = "Render again; when it happens again, look at the worker's log and memory."


class StalledError(RenderError):
    """Nothing has happened for too long: a disk or the encoder doesn't answer."""

    code = "stalled"
    remedy = "Look at the disks with the frames and the movies, restart the worker, then retry."


class DiskFullError(EncoderError):
    """The disk that holds the movies is full."""

    code = "disk_full"
    remedy = "Free space where the movies are stored, then render again."


class StorageError(RenderError):
    """The folder for movies can't be written."""

    code = "not_stored"
    remedy = "Look at the folder for movies and who may write it, then render again."


class BadMovieError(RenderError):
    """The file that was written isn't the requested movie."""

    code = "movie_refused"
    remedy = "Render again; when it happens again, report it with the worker's log."


class PictureError(Exception):
    """One picture can't be used; the movie is rendered without it.

    ``code`` is one of missing, changed, empty, not_a_picture, damaged, too_many_pixels, extra_missing.
    ``lasting`` is True when the same bytes will be refused again.
    """

    def __init__(self, code: str, message: str, *, lasting: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.lasting = lasting
