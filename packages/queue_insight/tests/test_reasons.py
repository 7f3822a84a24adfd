from __future__ import annotations

import pytest

from queue_insight import Reason


def test_a_reason_is_a_value():
    reason = Reason(code="next", message="It is next.")
    assert reason == Reason(code="next", message="It is next.", params={}, remedy="")
    with pytest.raises(AttributeError):
        reason.code = "other"
