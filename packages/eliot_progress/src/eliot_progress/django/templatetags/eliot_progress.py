"""`{% load eliot_progress %}{% progress "movies.Movie:7" %}`: a bar that follows its work."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django import template
from django.urls import reverse

from eliot_progress.django import followed_bars, page_bars
from eliot_progress.django.followed_bars import FollowedBar

if TYPE_CHECKING:
    from django.template.context import RequestContext

register = template.Library()
_log = logging.getLogger(__name__)


@register.inclusion_tag("eliot_progress/bar.html", takes_context=True)
def progress(
    context: RequestContext,
    *of: object,
    title: str = "",
    result: str = "",
    result_text: str = "Open the result",
) -> dict[str, object]:
    """Draw the bar of the work about an object (`movies.Movie:7`) or with an id, and keep it current.

    Several objects or ids are the parts of a whole. `result` is the address of what came out, shown when the
    work has succeeded. Raises NoReverseMatch without `include("eliot_progress.django.urls")`, and
    TemplateSyntaxError without an object.
    """
    if not of:
        raise template.TemplateSyntaxError(
            'The tag progress needs what to show: {% progress "movies.Movie:7" %}, or the id of a task.'
        )
    viewer = getattr(context.get("request"), "user", None)
    followed = FollowedBar(of=tuple(map(str, of)), title=title)
    try:
        [bar] = followed_bars.read([followed], viewer)
    except Exception:  # noqa: BLE001 - whatever the store's trouble is, a bar must not break its page
        _log.exception("The progress of %s can't be read.", ", ".join(followed.of))
        bar = page_bars.unknown(title)
    return {
        "bar": bar,
        "key": followed.key(viewer),
        "address": reverse("eliot_progress:bars"),
        "result": result,
        "result_text": result_text,
        "csp_nonce": context.get("csp_nonce"),
    }
