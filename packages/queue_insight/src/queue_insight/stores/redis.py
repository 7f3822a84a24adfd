"""A store in Redis or Valkey: a hash for each part, with an expiry. The server's clock measures their age."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import redis

from queue_insight import refusals
from queue_insight.collector_state import KEPT, KEPT_S, Part
from queue_insight.errors import LeaseLostError, StoreRefusedError, StoreUnreachableError
from queue_insight.stores.base import NOTES_KEPT_S, Lease, StoredRecords

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from queue_insight.stores.base import Changes

TIMEOUT_S: Final = 5.0
#: Milliseconds after which a lease that nobody holds is deleted.
LEASE_RETENTION_MS: Final = 86_400_000

# The token starts at the time, so that it also grows when the last one has been deleted.
ACQUIRE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, token, ends = unpack(redis.call('HMGET', KEYS[1], 'holder', 'token', 'ends'))
if holder and holder ~= '' and holder ~= ARGV[1] and now < tonumber(ends) then return {holder, token} end
-- Microseconds, since two tokens are given within one millisecond, but never within one microsecond.
token = string.format('%.0f', math.max(time[1] * 1000000 + time[2], tonumber(token or 0) + 1))
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'token', token, 'ends', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], math.max(ARGV[2], ARGV[3]))
return {ARGV[1], token}
"""
RELEASE: Final = """
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('HSET', KEYS[1], 'holder', '') end
"""
# Keys: the lease, the header, the ids of tasks, then one for each part, those that are kept last.
# After the fixed arguments follow, for each part, the number of records, then each key and record.
WRITE: Final = """
local holder, token = unpack(redis.call('HMGET', KEYS[1], 'holder', 'token'))
if not holder or holder == '' or token ~= ARGV[1] then return 0 end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'ends', string.format('%.0f', now + ARGV[2]))
redis.call('PEXPIRE', KEYS[1], math.max(ARGV[2], ARGV[3]))
if ARGV[5] == '1' then redis.call('DEL', unpack(KEYS, 3, ARGV[7])) end
redis.call('HSET', KEYS[2], 'document', ARGV[6], 'retention_ms', ARGV[4])
local at = 9
for part = 4, #KEYS do
  local last = at + 2 * ARGV[at]
  for i = at + 1, last, 2 do
    local id, record = ARGV[i], ARGV[i + 1]
    if record == '' then
      redis.call('HDEL', KEYS[part], id)
      if part == 4 then redis.call('ZREM', KEYS[3], id) end
    else
      redis.call('HSET', KEYS[part], id, record)
      if part == 4 then redis.call('ZADD', KEYS[3], 0, id) end
    end
  end
  at = last + 1
end
for i = 2, #KEYS do
  redis.call('PEXPIRE', KEYS[i], i > tonumber(ARGV[7]) and ARGV[8] or ARGV[4])
end
return 1
"""
# Keys: the notes, and those before; then "causal id, zero, task id" of each, and those before.
# After the fixed arguments follow each id, note and causal id, which may be empty.
NOTE_SENT: Final = """
for i = 3, #ARGV, 3 do
  redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  if ARGV[i + 2] ~= '' then redis.call('ZADD', KEYS[3], 0, ARGV[i + 2] .. '\\0' .. ARGV[i]) end
end
for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
if redis.call('HLEN', KEYS[1]) > tonumber(ARGV[1]) then
  redis.call('UNLINK', KEYS[2], KEYS[4])
  redis.call('RENAME', KEYS[1], KEYS[2])
  if redis.call('EXISTS', KEYS[3]) == 1 then redis.call('RENAME', KEYS[3], KEYS[4]) end
end
"""
#: Tasks first, as the script expects.
PARTS: Final = (*(part for part in Part if part not in KEPT), *sorted(KEPT))
#: Place of the last key that is not kept, from 1.
LAST_TEMPORARY: Final = 3 + len(PARTS) - len(KEPT)


class RedisStore:
    """Keeps the records of one collector under `<key_prefix>:collector` and keys that begin so."""

    keeps_notes = True

    def __init__(self, url: str, *, key_prefix: str = "queue-insight") -> None:
        self._header = f"{key_prefix}:collector"
        self._lease = f"{self._header}:lease"
        self._ids = f"{self._header}:task-ids"
        self._notes = (f"{key_prefix}:sent", f"{key_prefix}:sent-before")
        self._causes = (f"{key_prefix}:sent-causes", f"{key_prefix}:sent-causes-before")
        self._client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        where = self._client.connection_pool.connection_kwargs
        # Errors name the server by this, never by the URL, which may contain a password.
        self._where = str(where.get("path") or f"{where.get('host')}:{where.get('port')}/{where.get('db')}")
        self._acquire = self._client.register_script(ACQUIRE)
        self._release = self._client.register_script(RELEASE)
        self._write = self._client.register_script(WRITE)
        self._note_sent = self._client.register_script(NOTE_SENT)

    def acquire(self, holder: str, *, lease_s: float) -> Lease:
        """Return the lease: this holder's with a new token, unless another one holds it.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        arguments = (holder, _milliseconds(lease_s), LEASE_RETENTION_MS)
        with self._reachable():
            found, token = self._acquire(keys=(self._lease,), args=arguments)
        return Lease(holder=found.decode(), token=int(token))

    def release(self, token: int) -> None:
        """End the lease, unless it has another token.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        with self._reachable():
            self._release(keys=(self._lease,), args=(token,))

    def write(self, changes: Changes, *, token: int, lease_s: float, retention_s: float) -> None:
        """Write the changes and renew the lease in one script.

        Raises:
            LeaseLostError: the lease has another token.
            StoreUnreachableError: the server did not respond.
        """
        fixed = (
            token,
            _milliseconds(lease_s),
            LEASE_RETENTION_MS,
            _milliseconds(retention_s),
            int(changes.replace),
            changes.header,
            LAST_TEMPORARY,
            _milliseconds(KEPT_S),
        )
        keys = (self._lease, self._header, self._ids, *map(self._key, PARTS))
        with self._reachable():
            written = self._write(keys=keys, args=(*fixed, *chain.from_iterable(_arguments(changes))))
        if not written:
            raise LeaseLostError

    def read(self, parts: Collection[Part]) -> StoredRecords | None:
        """Return the header and all records of these parts, in one round trip.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        with self._reachable(), self._client.pipeline(transaction=True) as pipeline:
            pipeline.hmget(self._header, "document", "retention_ms")
            pipeline.pttl(self._header)
            for part in parts:
                pipeline.hgetall(self._key(part))
            (header, retention_ms), left_ms, *found = pipeline.execute()
        if header is None or retention_ms is None:
            return None
        return StoredRecords(
            header=header,
            age_s=max(0.0, (int(retention_ms) - left_ms) / 1000),
            records={part: _decoded(records) for part, records in zip(parts, found, strict=True)},
        )

    def read_records(self, part: Part, keys: Collection[str] | None) -> Mapping[str, bytes]:
        """Return the records of the part under these keys; None: all.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        if keys is None:
            with self._reachable():
                everything: Any = self._client.hgetall(self._key(part))
            return _decoded(everything)
        if not keys:
            return {}
        with self._reachable():
            records: list[Any] = self._client.hmget(self._key(part), list(keys))
        return {key: record for key, record in zip(keys, records, strict=True) if record is not None}

    def task_ids(self, *, prefix: str = "", after: str = "", limit: int) -> Sequence[str]:
        """Return the first ids that begin with `prefix` and follow `after`.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        begin, seen = prefix.encode("utf-8", "replace"), after.encode("utf-8", "replace")
        first = b"(" + seen if seen and seen >= begin else b"[" + begin
        last = b"[" + begin + b"\xff" if begin else b"+"
        with self._reachable():
            found: list[Any] = self._client.zrangebylex(self._ids, first, last, start=0, num=limit)
        return [each.decode("utf-8", "replace") for each in found]

    def note_sent(self, notes: Mapping[str, bytes], *, causes: Mapping[str, str], most: int) -> None:
        """Keep what senders noted of these tasks.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        arguments: list[str | bytes | int] = [most // 2, _milliseconds(NOTES_KEPT_S)]
        for task_id, note in notes.items():
            arguments += (task_id, note, causes.get(task_id, ""))
        with self._reachable():
            self._note_sent(keys=(*self._notes, *self._causes), args=arguments)

    def caused(self, causal_id: str, *, limit: int) -> Sequence[str]:
        """Return ids of tasks that were noted with this causal id, in one round trip.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        begin = causal_id.encode("utf-8", "replace") + b"\0"
        with self._reachable(), self._client.pipeline(transaction=True) as pipeline:
            for each in self._causes:
                pipeline.zrangebylex(each, b"[" + begin, b"[" + begin + b"\xff", start=0, num=limit)
            found = [member for members in pipeline.execute() for member in members]
        ids = dict.fromkeys(each[len(begin) :].decode("utf-8", "replace") for each in found)
        return list(ids)[:limit]

    def read_sent(self, ids: Collection[str]) -> Mapping[str, bytes]:
        """Return what senders noted of these tasks, in one round trip.

        Raises:
            StoreUnreachableError: the server did not respond.
        """
        if not ids:
            return {}
        with self._reachable(), self._client.pipeline(transaction=True) as pipeline:
            for each in self._notes:
                pipeline.hmget(each, list(ids))
            last, before = pipeline.execute()
        found = zip(ids, last, before, strict=True)
        return {each: one or other for each, one, other in found if (one or other) is not None}

    def _key(self, part: Part) -> str:
        return f"{self._header}:{part}"

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except redis.RedisError as error:
            refusal = refusals.of_redis(error)
            if refusal is None:
                raise StoreUnreachableError(self._where, error) from error
            setting = "QUEUE_INSIGHT['STORE']"
            raise StoreRefusedError(self._where, error, refusal, setting=setting) from error


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))


def _arguments(changes: Changes) -> Iterator[Iterator[str | bytes | int]]:
    for part in PARTS:
        records = changes.records.get(part, {})
        yield iter((len(records),))
        yield chain.from_iterable((key, record or b"") for key, record in records.items())


def _decoded(records: Mapping[bytes, bytes]) -> dict[str, bytes]:
    return {key.decode("utf-8", "replace"): record for key, record in records.items()}
