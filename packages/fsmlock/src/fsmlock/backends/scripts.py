"""The decisions of the Redis backend: the same rules as fsmlock.rules, in one step inside the server.

What a row is stands in lua.py.
"""

from __future__ import annotations

from fsmlock.backends.lua import DEAD, KEEP, NOW, WAKE
from fsmlock.backends.upkeep import FIND, GATE, RAISE_FLOOR, STOP

# KEYS: the objects, then the counter of tokens, then the mark that the gate is closed. ARGV: the rules, the
# claim, its lease, that of a waiter, 1 to stand in line, the ticket (0: none), the clock's name, the clock;
# then for each row the place of its key, its letter and its text. The rules are read only if there is
# anything to judge: which claims are ours, and about each key own (pairs of a lock and what may be beside it)
# and names (what must not be held). A counter that starts at 1 was lost: the gate has to be passed first.
_TAKE = (
    NOW
    + KEEP
    + DEAD
    + WAKE
    + """
local rules, id, ticket = nil, ARGV[2], tonumber(ARGV[6])
local found, is_new, is_swept, last = {}, {}, {}, #KEYS - 2
local function in_the_way(i, r)
  if r.x ~= 0 or rules[1][r.c] or (r.t > 0 and ticket > 0 and r.t >= ticket) then return false end
  local own, names = rules[2][i][1], rules[2][i][2]
  if names and r.k == 'held' and (names[r.l] or r.l == '*') then return true end
  for _, want in ipairs(own or {}) do
    if r.k == 'held' then
      if not want[2][r.l] then return true end
    elseif want[1] == '*' or want[1] == r.l then
      return true
    end
  end
  return false
end
for i = 1, last do
  local h = redis.call('HGETALL', KEYS[i])
  is_new[i] = #h == 0
  for j = 1, #h, 2 do
    rules = rules or cjson.decode(ARGV[1])
    local letter = string.sub(h[j], 34, 34)
    if letter ~= 'l' and (letter ~= 'b' or rules[2][i][1]) then
      local r = cjson.decode(h[j + 1])
      if dead(r, ARGV[7], tonumber(ARGV[8])) then
        redis.call('HDEL', KEYS[i], h[j])
        is_swept[i] = true
      elseif in_the_way(i, r) then
        found[#found + 1] = KEYS[i]; found[#found + 1] = h[j + 1]
      end
    end
  end
end
local function write(waits, place, token, ms)
  ms = tonumber(ms)
  local times = string.format(
    ',"t":%.0f,"n":%.0f,"s":%.0f,"e":%.0f,"d":%.0f,"b":"","y":"","x":0}',
    place, token, now, now + ms, ARGV[8] + ms)
  for n = 1, (#ARGV - 8) / 3 do
    local at = 3 * n + 6
    local field = id .. ':' .. (waits and 'w' or ARGV[at + 1]) .. n
    redis.call('HSET', KEYS[tonumber(ARGV[at])], field, ARGV[at + 2] .. times)
  end
  for i = 1, last do
    if is_new[i] or is_swept[i] or ms > 86400000 then keep(KEYS[i], ms, is_new[i]) end
  end
end
local closed = redis.call('PTTL', KEYS[last + 2])
if #found == 0 and closed < 0 then
  local token = redis.call('INCR', KEYS[last + 1])
  if token == 1 then
    redis.call('DEL', KEYS[last + 1])
    return {2}
  end
  write(false, 0, token, ARGV[3])
  if ticket > 0 then
    for n = 1, (#ARGV - 8) / 3 do redis.call('HDEL', KEYS[tonumber(ARGV[3 * n + 6])], id .. ':w' .. n) end
    for i = 1, last do wake(KEYS[i], now) end
  end
  return {1, token}
end
if ARGV[5] == '1' then
  if ticket == 0 then ticket = redis.call('INCR', KEYS[last + 1]) end
  write(true, ticket, ticket, ARGV[4])
end
return {0, ticket, now, closed, unpack(found)}
"""
)

_RENEW = (
    NOW
    + KEEP
    + """
local rows, by, why = {}, '', ''
for i = 1, #KEYS do
  local text = redis.call('HGET', KEYS[i], ARGV[i + 2])
  local r = text and cjson.decode(text)
  if r and r.b ~= '' then by = r.b; why = r.y end
  if not r or r.x == 1 then return {0, by, why} end
  rows[i] = r
end
for i = 1, #KEYS do
  rows[i].e = now + ARGV[1]
  rows[i].d = ARGV[2] + ARGV[1]
  redis.call('HSET', KEYS[i], ARGV[i + 2], cjson.encode(rows[i]))
  keep(KEYS[i], tonumber(ARGV[1]))
end
return {1, by, why}
"""
)

# KEYS and ARGV in pairs: a key, and the rows there: letters and numbers, divided by spaces. The last of ARGV
# is the claim. What is left in a hash keeps it for another month.
_RELEASE = (
    KEEP
    + WAKE
    + """
local claim = ARGV[#ARGV] .. ':'
for i = 1, #KEYS do
  for letter, n in string.gmatch(ARGV[i], '(%a)(%d+)') do
    if redis.call('HDEL', KEYS[i], claim .. letter .. n) == 0 then
      redis.call('HDEL', KEYS[i], claim .. 'w' .. n, claim .. 'l' .. n)
    end
  end
end
local t = nil
for i = 1, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    t = t or redis.call('TIME')
    keep(KEYS[i], 0)
    wake(KEYS[i], t[1] * 1000 + math.floor(t[2] / 1000))
  end
end
"""
)

# ARGV: how long it shows, then the claim, then the text of each row.
_EXPECT = (
    NOW
    + KEEP
    + """
for i = 1, #KEYS do
  local h = redis.call('HGETALL', KEYS[i])
  for j = 1, #h, 2 do
    local over = string.sub(h[j], 34, 34) == 'l' and cjson.decode(h[j + 1]).e <= now
    if over then redis.call('HDEL', KEYS[i], h[j]) end
  end
  local times = string.format(
    ',"t":1,"n":0,"s":%.0f,"e":%.0f,"d":0,"b":"","y":"","x":0}', now, now + ARGV[1])
  redis.call('HSET', KEYS[i], ARGV[2] .. ':l' .. i, ARGV[i + 2] .. times)
  keep(KEYS[i], tonumber(ARGV[1]))
end
"""
)

_SCRIPTS = {
    "take": _TAKE,
    "renew": _RENEW,
    "release": _RELEASE,
    "expect": _EXPECT,
    "stop": STOP,
    "find": FIND,
    "raise_floor": RAISE_FLOOR,
    "gate": GATE,
}


def texts(prefix: str) -> dict[str, str]:
    """The scripts by name, for the keys with this prefix. Another prefix makes other scripts of them."""
    return {name: body.replace("{prefix}", prefix) for name, body in _SCRIPTS.items()}
