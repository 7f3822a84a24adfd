"""Reads a queue in Redis or Valkey page by page, anywhere in it, without moving or marking a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.brokers.redis import (
    MAX_MESSAGE,
    MessageReader,
    RedisBroker,
    plain_client,
    step_keys,
)

if TYPE_CHECKING:
    from queue_insight.brokers.base import Message

#: Maximum number of bytes that the server reads for one list of a page; of large messages it moves less.
MAX_BYTES: Final = 2_000_000
# Messages of a list in order of delivery, from a position on, until the server has read so many bytes.
# It reads in steps, because an index in the middle of a long list costs as much as twenty messages there;
# the first message says how large a step may be.
PAGE: Final = """
local first, count, budget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found, read = {}, 0
local sample = redis.call('LINDEX', KEYS[1], -1 - first)
if not sample then return found end
local step = math.max(1, math.min(20, math.floor(100000 / (#sample + 1))))
while #found < count and read < budget do
  local from = first + #found
  local size = math.min(step, count - #found)
  local part = redis.call('LRANGE', KEYS[1], -from - size, -from - 1)
  if #part == 0 then break end
  for i = #part, 1, -1 do
    read = read + #part[i]
    found[#found + 1] = string.sub(part[i], -tonumber(ARGV[4]))
  end
end
return found
"""


class RedisPages(RedisBroker):
    """A reader of pages."""

    def page(self, queue: str, *, skip: int, count: int) -> tuple[Message, ...]:
        """Return up to `count` tasks that stand behind the first `skip` ones of the queue.

        Positions move while workers take tasks. Fewer are returned if they are large, at most about 2 MB.

        Raises:
            BrokerUnreachableError: it did not respond.
        """
        with self._connected() as channel:
            client = plain_client(channel)
            keys = step_keys(channel, queue)
            with client.pipeline(transaction=False) as pipeline:
                for key in keys:
                    pipeline.llen(key)
                lengths = pipeline.execute()
            raw: list[bytes] = []
            for key, length in zip(keys, lengths, strict=True):
                if skip < length and len(raw) < count:
                    raw += client.eval(PAGE, 1, key, skip, count - len(raw), MAX_BYTES, MAX_MESSAGE)
                skip = max(0, skip - length)
        return tuple(MessageReader(self._bindings()).waiting(raw, queue))
