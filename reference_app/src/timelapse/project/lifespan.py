"""What the web server does when it starts: it prints how to make the first account, if there is none."""

from __future__ import annotations

import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.db import DatabaseError

from timelapse.accounts.first_run import ensure_code

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def lifespan(_application: object) -> AsyncIterator[None]:
    """Print the code before the first request."""
    await sync_to_async(announce)()
    yield


def announce() -> None:
    """Print the code to the terminal of whoever starts the server. It is never logged."""
    try:
        code = ensure_code()
    except DatabaseError:
        return  # not migrated yet, or out of reach: each request will say so
    if code is not None:
        print(how_to_set_up(code), file=sys.stderr, flush=True)  # noqa: T201


def how_to_set_up(code: str) -> str:
    """Say what to do with a code."""
    return f"Nobody has an account yet. Open the page, and enter the set-up code {code}"
