"""What the system says when a disk has no room left."""

from __future__ import annotations

import errno
from typing import Final

#: No space on the device, or no more for this user.
NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
