"""Reads what waits deep in a queue in Redis or Valkey: pages, and one task by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from queue_insight.brokers.base import Search
from queue_insight.brokers.redis import (
    MessageReader,
    RedisBroker,
    plain_client,
    step_keys,
)
from queue_insight.brokers.redis_scripts import MAX_BYTES, MAX_MESSAGE
from queue_insight.brokers.redis_search import ListSearch

if TYPE_CHECKING:
    import redis
    from kombu.transport.redis import Channel

    from queue_insight.brokers.base import Message

# Messages of a list in order of delivery, from a position on, until the server has read so many bytes; two at
# least, as the first one of a page may be the last one of the page before.
# It reads in steps, because an index in the middle of a long list costs as much as twenty messages there;
# the first message says how large a step may be.
PAGE: Final = """
local first, count, budget = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found, read = {}, 0
local sample = redis.call('LINDEX', KEYS[1], -1 - first)
if not sample then return found end
local step = math.max(1, math.min(20, math.floor(100000 / (#sample + 1))))
while #found < math.min(count, 2) or (#found < count and read < budget) do
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
    """A reader of pages, which also finds a task by its id."""

    def page(self, queue: str, *, skip: int, count: int) -> tuple[Message, ...]:
        """Return up to `count` tasks that stand behind the first `skip` ones of the queue.

        Positions move while workers take tasks. Fewer are returned if they are large, at most about 1 MB.

        Raises:
            BrokerUnreachableError: it did not respond.
        """
        with self._connected() as channel:
            client = plain_client(channel)
            raw: list[bytes] = []
            for key, length in _lengths(client, channel, queue).items():
                if skip < length and len(raw) < count:
                    raw += client.eval(PAGE, 1, key, skip, count - len(raw), MAX_BYTES, MAX_MESSAGE)
                skip = max(0, skip - length)
        return tuple(MessageReader(self._bindings()).waiting(raw, queue))

    def locate(self, task_id: str, queue: str, *, sent_at: float | None) -> Search:
        """Look for a task where those stand that were sent at this time, or without one from the head on.

        No script reads more than 200 messages, nor more than 1 MB but for the one message that exceeds it.

        Raises:
            BrokerUnreachableError: it did not respond.
        """
        with self._connected() as channel:
            client = plain_client(channel)
            lengths = _lengths(client, channel, queue)
            search = ListSearch(client, task_id)
            found = None if sent_at is None else search.near(lengths, sent_at)
            by_time = found is not None or search.looked_at > 0
            if not by_time:
                found = search.from_head(lengths)
        if found is not None:
            place, raw = found
            for message in MessageReader(self._bindings()).waiting((raw,), queue):
                if message.id == task_id:
                    return Search(queue=queue, message=message, ahead=place, looked_at=search.looked_at)
        return Search(queue=queue, looked_at=search.looked_at, by_time=by_time)


def _lengths(client: redis.Redis, channel: Channel, queue: str) -> dict[str, int]:
    """Return the lengths of the queue's lists, in order of delivery."""
    keys = step_keys(channel, queue)
    with client.pipeline(transaction=False) as pipeline:
        for key in keys:
            pipeline.llen(key)
        return dict(zip(keys, pipeline.execute(), strict=True))
