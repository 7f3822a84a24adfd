"""Finds a message in Redis or Valkey by the id of its task, wherever it waits, without moving or marking it.

Messages of a list stand in the order in which they were sent, and carry the time if their sender adds it. So
halving finds the place where those stand that were sent at a time, and only its neighbourhood is looked at.
"""

from __future__ import annotations

import json
from itertools import cycle
from typing import TYPE_CHECKING, Any, Final, cast

from queue_insight.brokers.redis_scripts import MAX_BYTES, MAX_MESSAGE
from queue_insight.publish_time import HEADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import redis

#: Maximum number of messages that one script reads.
MAX_MESSAGES: Final = 200
#: So many messages are looked at again, since workers may have taken as many between two scripts.
OVERLAP: Final = 20
#: Scripts of one search: to halve, and then to look for the message, of which each takes about 0.5 ms.
MAX_HALVINGS: Final = 30
MAX_LOOKS: Final = 10

# Narrows the places between which the first message stands that was sent at a time or later, until it has
# read so many bytes. Nothing is returned if a message does not carry its time.
HALVE: Final = """
local low, high, at, budget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local read = 0
while low < high and read < budget do
  local middle = math.floor((low + high) / 2)
  local message = redis.call('LINDEX', KEYS[1], -1 - middle)
  if not message then
    high = middle
  else
    read = read + #message
    local sent_at = string.match(message, ARGV[5])
    if not sent_at then return {} end
    if tonumber(sent_at) < at then low = middle + 1 else high = middle end
  end
end
return {low, high}
"""
# Looks for a message that contains a text, from a place on or from before it backwards, so many at once.
# Returns how many it has read and how many to read at once, and if it was found, its place and its end.
LOOK: Final = """
local from, wanted, budget, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local backwards, step = ARGV[5] == '1', tonumber(ARGV[7])
local read, looked = 0, 0
while looked < wanted and read < budget do
  local size = math.min(step, wanted - looked)
  if backwards then size = math.min(size, from - looked) end
  if size < 1 then break end
  local first = backwards and from - looked - size or from + looked
  local part = redis.call('LRANGE', KEYS[1], -first - size, -first - 1)
  if #part == 0 then break end
  for i = 1, #part do
    read = read + #part[i]
    if string.find(part[i], ARGV[6], 1, true) then
      return {looked + #part, step, first + #part - i, string.sub(part[i], -most)}
    end
  end
  looked = looked + #part
  step = math.max(1, math.floor(budget * looked / (2 * (read + 1))))
end
return {looked, step}
"""


class ListSearch:
    """A search for one task in the lists of one queue."""

    def __init__(self, client: redis.Redis, task_id: str) -> None:
        self._client = client
        self._text = f'"id": {json.dumps(task_id)}'
        #: How many messages may be read at once, by the size of those that were.
        self._at_once = 1
        #: How many messages were looked at.
        self.looked_at = 0

    def near(self, lengths: Mapping[str, int], sent_at: float) -> tuple[int, bytes] | None:
        """Return place and end of the message, if it stands near those that were sent at this time.

        None is also returned if the messages do not carry their times: then none was looked at.
        """
        ahead = 0
        for key, length in lengths.items():
            place = self._place(key, length, sent_at) if length else None
            if place is not None and (found := self._around(key, length, place)):
                return ahead + found[0], found[1]
            ahead += length
        return None

    def from_head(self, lengths: Mapping[str, int]) -> tuple[int, bytes] | None:
        """Return place and end of the message, if it stands among the first 1,800, or fewer large ones."""
        ahead, scripts = 0, MAX_LOOKS
        for key, length in lengths.items():
            reached = looked = 0
            while reached < length and scripts:
                scripts -= 1
                at = reached - _overlap(looked)
                looked, found = self._look(key, at, backwards=False)
                if found:
                    return ahead + found[0], found[1]
                reached = at + looked if looked else length
            self.looked_at += reached
            if not scripts:
                break
            ahead += length
        return None

    def _place(self, key: str, length: int, sent_at: float) -> int | None:
        low, high = 0, length
        pattern = f'"{HEADER}": ?([%d.]+)'
        for _ in range(MAX_HALVINGS):
            found: Any = self._client.eval(HALVE, 1, key, low, high, repr(sent_at), MAX_BYTES, pattern)
            if not found:
                return None
            low, high = map(int, found)
            if low >= high:
                return low
        return None

    def _around(self, key: str, length: int, place: int) -> tuple[int, bytes] | None:
        # A sender's note is a moment younger than the message, which so most likely stands before the place.
        before, behind, looked = place, place, 0
        for backwards in self._directions():
            if before <= 0 if backwards else behind >= length:
                continue
            at = before if backwards else max(0, behind - _overlap(looked))
            looked, found = self._look(key, at, backwards=backwards)
            if found:
                return found
            if backwards:
                before = at - looked if looked else 0
            else:
                behind = max(behind, at + looked) if looked else length
        self.looked_at += behind - before
        return None

    @staticmethod
    def _directions() -> Iterator[bool]:
        return (backwards for _, backwards in zip(range(MAX_LOOKS), cycle((True, False)), strict=False))

    def _look(self, key: str, at: int, *, backwards: bool) -> tuple[int, tuple[int, bytes] | None]:
        arguments = (at, MAX_MESSAGES, MAX_BYTES, MAX_MESSAGE, int(backwards), self._text, self._at_once)
        looked, self._at_once, *found = cast("list[Any]", self._client.eval(LOOK, 1, key, *arguments))
        return looked, (found[0], found[1]) if found else None


def _overlap(looked: int) -> int:
    # Of large messages few are read in one script.
    return min(OVERLAP, looked // 2)
