from __future__ import annotations

import json

from camera_agent.protocol.schema import TYPES, json_schema, main
from tests.golden import golden


def test_the_schema_in_the_documentation_is_current(capsys):
    # Write it: python -m camera_agent.protocol.schema > src/camera_agent/protocol/golden/schema.json
    main()
    assert json.loads(capsys.readouterr().out) == golden("schema")


def test_every_setting_and_message_is_defined_with_its_bounds():
    definitions = json_schema()["$defs"]
    assert {kind.__name__ for kind in TYPES} <= set(definitions)
    schedule = definitions["Schedule"]["properties"]
    assert (schedule["latitude"]["minimum"], schedule["latitude"]["maximum"]) == (-90, 90)
    assert schedule["burst_s"]["unit"] == "seconds"
    assert definitions["Heartbeat"]["properties"]["every_s"]["exclusiveMinimum"] == 0
