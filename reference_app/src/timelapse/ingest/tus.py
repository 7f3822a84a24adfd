"""Captures by tus 1.0.0: creation, creation-with-upload, checksum, termination, expiration.

The agent chooses the id, so that a repeated POST finds the same upload and returns its offset.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from eliot_progress.context import continue_from, extract
from timelapse.ingest import domain
from timelapse.ingest.body import Body, ClientGone
from timelapse.ingest.domain import Refusal
from timelapse.ingest.limits import concurrency_limiter
from timelapse.ingest.metadata import CHECKSUM_ALGORITHMS, Checksum, UploadRequest, capture_id, whole_number
from timelapse.ingest.pipeline import admission
from timelapse.ingest.pipeline.admission import AlreadyStored
from timelapse.ingest.pipeline.store import store_upload
from timelapse.ingest.workers import in_database, in_pictures
from timelapse.shared import conf

if TYPE_CHECKING:
    from uuid import UUID

    from starlette.requests import Request

    from eliot_progress.context import Action
    from timelapse.ingest.pipeline.incoming import Incoming

VERSION: Final = "1.0.0"
EXTENSIONS: Final = "creation,creation-with-upload,checksum,termination,expiration"
_BYTES: Final = "application/offset+octet-stream"


async def options(_request: Request, _body: Body) -> Response:
    """Return the supported version and extensions."""
    return Response(
        status_code=204,
        headers={
            "Tus-Version": VERSION,
            "Tus-Extension": EXTENSIONS,
            "Tus-Max-Size": str(conf.get().max_upload_bytes),
            "Tus-Checksum-Algorithm": ",".join(CHECKSUM_ALGORITHMS),
        },
    )


async def create(request: Request, body: Body) -> Response:
    """Create an upload and store the bytes of the request; if it exists, continue it."""
    _check_version(request)
    announced = UploadRequest.parse(
        request.headers.get("upload-length"), request.headers.get("upload-metadata", "")
    )
    if announced.length > conf.get().max_upload_bytes:
        raise domain.too_large(announced.length, conf.get().max_upload_bytes)
    has_content = _has_content(request)
    camera: UUID = request.state.camera
    upload = await in_database(admission.open_upload, camera, announced)
    location = {"Location": f"{request.scope.get('root_path', '')}/captures/{announced.capture.capture}"}
    if isinstance(upload, AlreadyStored):
        return _stored_response(201, upload, location)
    with upload, concurrency_limiter.slot(camera):
        if has_content:
            # The body starts at byte 0: skip what an earlier attempt has stored.
            await _receive(upload, body, _checksum(request), skip=upload.offset)
        return await _upload_response(request, camera, upload, location)


async def patch(request: Request, body: Body) -> Response:
    """Append the next bytes."""
    _check_version(request)
    if request.headers.get("content-type") != _BYTES:
        raise Refusal(
            415, "wrong_type", "The bytes of an upload come as another type.", f"Send them as {_BYTES}."
        )
    offset = whole_number("Upload-Offset", request.headers.get("upload-offset", ""))
    camera: UUID = request.state.camera
    upload = await in_database(admission.resume, camera, _capture(request))
    if isinstance(upload, AlreadyStored):
        if offset != upload.length:
            raise domain.wrong_offset(upload.length)
        return _stored_response(204, upload, {})
    with upload, concurrency_limiter.slot(camera):
        if offset != upload.offset:
            raise domain.wrong_offset(upload.offset)
        if offset + int(request.headers.get("content-length", 0)) > upload.announced.length:
            raise domain.too_long(upload.announced.length)
        await _receive(upload, body, _checksum(request))
        return await _upload_response(request, camera, upload, {})


async def head(request: Request, _body: Body) -> Response:
    """Return the offset of an upload."""
    _check_version(request)
    status = await in_database(admission.upload_status, request.state.camera, _capture(request))
    if isinstance(status, AlreadyStored):
        return _stored_response(200, status, {})
    headers = {
        "Upload-Offset": str(status.offset),
        "Upload-Length": str(status.announced.length),
        "Upload-Metadata": status.announced.metadata,
        "Cache-Control": "no-store",
    }
    return Response(status_code=200, headers=headers)


async def delete(request: Request, _body: Body) -> Response:
    """Remove an unfinished upload."""
    _check_version(request)
    await in_database(admission.terminate, request.state.camera, _capture(request))
    return Response(status_code=204)


async def _receive(upload: Incoming, body: Body, checksum: Checksum | None, skip: int = 0) -> None:
    start = offset = upload.offset
    running = hashlib.new(checksum.algorithm) if checksum else None
    try:
        async for piece in body.pieces():
            if running:
                running.update(piece)
            fresh = piece[skip:]
            skip = max(skip - len(piece), 0)
            offset += len(fresh)
            if offset > upload.announced.length:
                raise domain.too_long(upload.announced.length)
            # Into the page cache, in this thread: 64 KiB take about 20 us, a change of threads takes more.
            upload.append(fresh)
        if checksum and running and not checksum.matches(running):
            raise domain.checksum_mismatch("this request")
    except Refusal:
        upload.truncate(start)
        raise
    except ClientGone:
        if checksum:  # bytes without a verified checksum are dropped
            upload.truncate(start)
        raise


async def _upload_response(
    request: Request, camera: UUID, upload: Incoming, headers: dict[str, str]
) -> Response:
    status = 201 if request.method == "POST" else 204
    headers["Upload-Offset"] = str(upload.offset)
    if upload.complete:
        with _continued_action(request, upload):
            created = await in_pictures(camera, lambda: store_upload(camera, upload))
        headers["Capture-Status"] = "stored" if created else "duplicate"
    else:
        _reserve(upload)
        headers["Upload-Expires"] = format_datetime(datetime.now(UTC) + domain.UPLOAD_LIFETIME, usegmt=True)
    return Response(status_code=status, headers=headers)


def _reserve(upload: Incoming) -> None:
    try:
        upload.reserve()
    except OSError:
        if upload.offset == 0:
            upload.remove()
        raise


def _continued_action(request: Request, upload: Incoming) -> Action:
    """Continue below the agent's own action; its token has been verified."""
    fields = {"capture": upload.announced.capture.capture, "bytes": upload.announced.length}
    return continue_from(extract(request.headers), "ingest:store", **fields)


def _stored_response(status: int, known: AlreadyStored, headers: dict[str, str]) -> Response:
    length = str(known.length)
    stored = {
        "Upload-Offset": length,
        "Upload-Length": length,
        "Capture-Status": "duplicate",
        "Cache-Control": "no-store",
    }
    return Response(status_code=status, headers=headers | stored)


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise Refusal(
            412,
            "wrong_version",
            f"This server speaks tus {VERSION}.",
            f"Send the header Tus-Resumable: {VERSION}.",
            headers={"Tus-Version": VERSION},
        )


def _has_content(request: Request) -> bool:
    if request.headers.get("content-type") == _BYTES:
        return True
    if request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers:
        raise Refusal(
            415, "wrong_type", "The request has a body of another type.", f"Send bytes as {_BYTES}."
        )
    return False


def _checksum(request: Request) -> Checksum | None:
    header = request.headers.get("upload-checksum")
    return None if header is None else Checksum.parse(header)


def _capture(request: Request) -> str:
    return capture_id(request.path_params["capture"])
