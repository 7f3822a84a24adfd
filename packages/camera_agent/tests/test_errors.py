from __future__ import annotations

import pytest

from camera_agent.errors import AgentError, BadInput, LinkDown, NotDelivered


def test_an_error_reads_as_what_happened_and_what_to_do():
    assert str(BadInput("There is no camera.", "Plug one in.")) == "There is no camera. Plug one in."
    assert str(BadInput("There is no camera.")) == "There is no camera."


@pytest.mark.parametrize(
    ("error", "code"), [(AgentError, 1), (BadInput, 2), (NotDelivered, 4), (LinkDown, 4)]
)
def test_exit_codes_are_those_of_the_documentation(error, code):
    assert error("x").exit_code == code
