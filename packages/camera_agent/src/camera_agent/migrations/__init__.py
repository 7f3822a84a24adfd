"""Former names of files, which a card may still have."""

from __future__ import annotations

#: The former name of each renamed file in the agent's folder.
FORMER_FILES = {"remote_config.json": "wished.json"}
