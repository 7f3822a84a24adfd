"""Serves the built user interface's index with a CSRF cookie."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

NOT_BUILT = "The page is not built. Run './dev up', which builds it, or 'npm run build' in reference_app/ui."
#: Only same-origin content; MUI needs inline styles.
_POLICY = (
    "default-src 'self'; script-src {scripts}; img-src 'self' data: blob:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; "
    "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


@require_safe
@ensure_csrf_cookie
def page(_request: HttpRequest) -> HttpResponse:
    """Serve the single page app at every URL that no other view handles."""
    index = Path(settings.UI_DIST) / "index.html"
    if not index.exists():
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain")
    html = index.read_bytes()
    return HttpResponse(
        html, headers={"Cache-Control": "no-cache", "Content-Security-Policy": policy_for(html)}
    )


def policy_for(html: bytes) -> str:
    """Return the policy that lets only the page's own scripts run, those within it by their hash."""
    hashes = [b64encode(sha256(script).digest()).decode() for script in _INLINE_SCRIPT.findall(html)]
    return _POLICY.format(scripts=" ".join(["'self'", *(f"'sha256-{each}'" for each in hashes)]))
