"""States in Valkey or Redis: one round trip for each call, expiring, bounded."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import orjson
import redis
from redis import RedisError as RedisError  # noqa: PLC0414 - raised by the store

from eliot_progress import parts
from eliot_progress.messages import OUTCOMES, parse
from eliot_progress.state import from_dict, to_dict, to_local_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from eliot_progress.messages import Outcome
    from eliot_progress.state import TaskState

# KEYS: the task, its object, the list of active tasks, the list of tasks that ended with the same outcome.
# ARGV: state, rank (a finished state outranks any seq), started_at with id, seconds to keep, id, 1 when
# finished, limit of active tasks, action type, limit of ended tasks.
# The field `heard` holds when the state was received, by the server's clock.
_RECORD = """
local known = redis.call('HGET', KEYS[1], 'rank')
if known and tonumber(known) >= tonumber(ARGV[2]) then return 0 end
local time = redis.call('TIME')
local received_at = time[1] .. '.' .. string.format('%06d', time[2])
redis.call('HSET', KEYS[1], 'state', ARGV[1], 'heard', received_at, 'rank', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
if KEYS[2] ~= '' then
  local current = redis.call('HMGET', KEYS[2], 'order', 'id', 'type')
  if not current[1] or current[1] <= ARGV[3] then
    -- A newer attempt replaces the older one on the list, unless the older one reports again.
    if current[2] and current[2] ~= ARGV[5] and current[3] == ARGV[8] then
      redis.call('ZREM', KEYS[3], current[2])
    end
    redis.call('HSET', KEYS[2], 'state', ARGV[1], 'heard', received_at, 'order', ARGV[3],
      'id', ARGV[5], 'type', ARGV[8])
    redis.call('EXPIRE', KEYS[2], ARGV[4])
  end
end
if ARGV[6] == '1' then
  redis.call('ZREM', KEYS[3], ARGV[5])
  redis.call('ZADD', KEYS[4], tonumber(received_at), ARGV[5])
  redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -tonumber(ARGV[9]) - 1)
  redis.call('EXPIRE', KEYS[4], ARGV[4])
else
  redis.call('ZADD', KEYS[3], tonumber(string.sub(ARGV[3], 1, 17)), ARGV[5])
  redis.call('ZREMRANGEBYRANK', KEYS[3], 0, -tonumber(ARGV[7]) - 1)
  redis.call('EXPIRE', KEYS[3], ARGV[4])
end
return 1
"""

# Reads a number of tasks from each list, and removes tasks whose own key expired.
_LIST = """
local found = {}
for _, list in ipairs(KEYS) do
  local most = #found + tonumber(ARGV[1])
  for _, id in ipairs(redis.call('ZREVRANGE', list, 0, -1)) do
    if #found >= most then break end
    local kept = redis.call('HMGET', ARGV[2] .. id, 'state', 'heard')
    if kept[1] then found[#found + 1] = kept else redis.call('ZREM', list, id) end
  end
end
return {redis.call('TIME'), found}
"""
# Reads the states under the keys.
_READ = """
local found = {}
for n, key in ipairs(KEYS) do found[n] = redis.call('HMGET', key, 'state', 'heard') end
return {redis.call('TIME'), found}
"""
_FINISHED = 2**52
#: Ended tasks listed for each outcome.
_MAX_ENDED = 1000


class RedisStore:
    """Keeps each task for `keep_s` seconds after its last message; lists at most `max_active` as active."""

    def __init__(
        self, url: str, *, prefix: str = "eliot_progress:", keep_s: int = 24 * 3600, max_active: int = 10_000
    ) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=2)
        self._prefix = prefix
        self._keep_s = keep_s
        self._max_active = max_active
        self._record = self._redis.register_script(_RECORD)
        self._list = self._redis.register_script(_LIST)
        self._get = self._redis.register_script(_READ)

    def record(self, message: Mapping[str, object]) -> TaskState | None:
        """Record an eliot message. Raises redis.RedisError when the server can't be reached."""
        state = parse(message)
        if state is None:
            return parts.record(message, self.get, self._put)
        self._put(state)
        return None

    def _put(self, state: TaskState) -> bool:
        """Store a state; False if the stored one is not older."""
        finished = state.outcome is not None
        stored = self._record(
            keys=[
                self._task(state.id),
                self._about(state.about) if state.about else "",
                self._prefix + "active",
                f"{self._prefix}ended:{state.outcome}",
            ],
            args=[
                orjson.dumps(to_dict(state)),
                state.seq + (_FINISHED if finished else 0),
                f"{state.started_at:017.6f} {state.id}",
                self._keep_s,
                state.id,
                int(finished),
                self._max_active,
                state.action_type,
                _MAX_ENDED,
            ],
        )
        return bool(stored)

    def get(self, identifier: str) -> TaskState | None:
        """Return the task with this id, or None."""
        return self._read([self._task(identifier)])[0]

    def latest(self, about: str) -> TaskState | None:
        """Return the most recently started task about this object, or None."""
        return self._read([self._about(about)])[0]

    def latest_many(self, abouts: Iterable[str]) -> dict[str, TaskState]:
        """Return the same for many objects, in one round trip."""
        requested = list(dict.fromkeys(abouts))
        answers = zip(requested, self._read(map(self._about, requested)), strict=True)
        return {about: state for about, state in answers if state is not None}

    def active(self, limit: int = 100) -> tuple[TaskState, ...]:
        """Return the tasks without an outcome, the most recently started first."""
        return self._read_lists(limit, ["active"])

    def ended(self, limit: int = 100, *, outcome: Outcome | None = None) -> tuple[TaskState, ...]:
        """Return recently ended tasks, the most recently ended first: at most 1,000 with each outcome."""
        found = self._read_lists(limit, [f"ended:{each}" for each in OUTCOMES if outcome in (None, each)])
        return tuple(sorted(found, key=lambda s: (s.heartbeat_at, s.id), reverse=True)[: max(0, limit)])

    def _read_lists(self, limit: int, lists: Iterable[str]) -> tuple[TaskState, ...]:
        keys = [self._prefix + name for name in lists]
        server_time, found = self._list(keys=keys, args=(max(0, limit), self._prefix + "task:"))
        offset_s = _seconds(server_time) - time.time()
        return tuple(state for state in (_state(kept, offset_s) for kept in found) if state is not None)

    def close(self) -> None:
        """Close the connections."""
        self._redis.close()

    def _read(self, keys: Iterable[str]) -> list[TaskState | None]:
        """Read the states under `keys`, and the server's time, in one round trip."""
        server_time, kept = self._get(keys=list(keys))
        offset_s = _seconds(server_time) - time.time()
        return [_state(each, offset_s) for each in kept]

    def _task(self, identifier: str) -> str:
        return f"{self._prefix}task:{identifier}"

    def _about(self, about: str) -> str:
        return f"{self._prefix}about:{about}"


def _seconds(server_time: Sequence[int]) -> float:
    return int(server_time[0]) + int(server_time[1]) / 1e6


def _state(kept: Sequence[bytes | None], offset_s: float) -> TaskState | None:
    """Return a stored state by this host's clock. The server's clock is `offset_s` seconds ahead of ours."""
    raw, received_at = kept
    if raw is None or received_at is None:
        return None
    return to_local_clock(from_dict(orjson.loads(raw)), float(received_at) - offset_s)
