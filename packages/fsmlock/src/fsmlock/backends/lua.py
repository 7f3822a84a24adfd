"""What several scripts of the Redis backend have in common: its rows, its clock, its bells.

Each object is one hash ``<prefix>on:<resource>``. A field is one row of a claim: ``<claim>:`` and a letter, h
for a hold, b for what it blocks above, w for one who waits, l for one who comes back later, and a number. The
value is the row as JSON: c claim, l lock, k kind, a all keys of the claim, t ticket (0: granted), n token, h
holder, w why, s since and e expires (milliseconds of the server's clock), o which clock the holder has and d
the milliseconds of that clock at which the lease ends, b who asked to stop, y why, x 1 when broken.
"""

from __future__ import annotations

NOW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
"""

# Of the processes on one host each can tell by their own clock when another's lease is over, however the
# server's wall clock moves. For a holder elsewhere the server's clock decides.
DEAD = """
local function dead(r, clock_name, clock)
  if r.o ~= '' and r.o == clock_name then return r.d <= clock end
  return r.e <= now
end
"""

# A hash is forgotten a month after its last lease: what a dead holder leaves is no leak.
KEEP = """
local function keep(key, ms, is_new)
  local seconds = 2592000 + math.ceil(ms / 1000)
  if is_new or redis.call('TTL', key) < seconds then
    redis.call('EXPIRE', key, string.format('%.0f', seconds))
  end
end
"""

# Waiters for one lock let each other in; with another lock one may get what the first can't have yet.
WAKE = """
local function wake(key, now)
  local all = redis.call('HGETALL', key)
  local first = {}
  for i = 1, #all, 2 do
    if string.find(all[i], ':w', 1, true) then
      local r = cjson.decode(all[i + 1])
      local known = first[r.l]
      if r.e > now and (not known or r.t < known.t) then first[r.l] = r end
    end
  end
  for _, r in pairs(first) do
    local bell = '{prefix}bell:' .. r.c
    redis.call('LPUSH', bell, 1)
    redis.call('LTRIM', bell, 0, 0)
    redis.call('PEXPIRE', bell, 5000)
  end
end
"""
