"""The decisions of the Redis backend, as Lua: the same rules as fsmlock.rules, in one step inside the server.

Each object is one hash ``fsmlock:on:<resource>``; a field is one row of a claim (``<claim>:<n>``), its value
the row as JSON: c claim, l lock, k kind, t ticket (0: granted), n token, h holder, w why, s since, e expires
(both in milliseconds of the server's clock), b who asked to stop, y why, x 1 when broken.
"""

from __future__ import annotations

_COMMON = """
local now = nil
local function clock()
  if not now then
    local t = redis.call('TIME')
    now = t[1] * 1000 + math.floor(t[2] / 1000)
  end
  return now
end
local function keep(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end
local function wake(key)
  if redis.call('HLEN', key) == 0 then return end
  local first = nil
  local all = redis.call('HVALS', key)
  for i = 1, #all do
    local r = cjson.decode(all[i])
    if r.t > 0 and r.e > clock() and (first == nil or r.t < first.t) then first = r end
  end
  if first then
    local bell = 'fsmlock:bell:' .. first.c
    redis.call('LPUSH', bell, 1)
    redis.call('LTRIM', bell, 0, 0)
    redis.call('PEXPIRE', bell, 5000)
  end
end
"""

TAKE = (
    _COMMON
    + """
clock()
local q = cjson.decode(ARGV[1])
local tokens = KEYS[#KEYS]
local found = {}
for i = 1, #KEYS - 1 do
  local at = q.at[i]
  local h = redis.call('HGETALL', KEYS[i])
  for j = 1, #h, 2 do
    local r = cjson.decode(h[j + 1])
    if r.e <= now then
      redis.call('HDEL', KEYS[i], h[j])
    elseif r.x == 0 and not q.mine[r.c] and (r.t == 0 or q.ticket == 0 or r.t < q.ticket) then
      local bad = false
      for _, want in ipairs(at.own) do
        if r.k == 'held' then
          if not want.beside[r.l] then bad = true end
        elseif want.lock == '*' or want.lock == r.l then
          bad = true
        end
      end
      if at.names and r.k == 'held' and (at.names[r.l] or r.l == '*') then bad = true end
      if bad then found[#found + 1] = KEYS[i]; found[#found + 1] = h[j + 1] end
    end
  end
end
local function write(field, ticket, token, lease)
  for n, row in ipairs(q.rows) do
    local r = {c = q.id, l = row.lock, k = row.kind, t = ticket, n = token, h = q.holder, w = q.why,
               s = now, e = now + lease, b = '', y = '', x = 0}
    redis.call('HSET', KEYS[row.at], q.id .. field .. n, cjson.encode(r))
    keep(KEYS[row.at], lease)
  end
end
if #found == 0 then
  local token = redis.call('INCR', tokens)
  write(':', 0, token, q.lease)
  if q.ticket > 0 then
    for n, row in ipairs(q.rows) do redis.call('HDEL', KEYS[row.at], q.id .. ':w' .. n) end
    for i = 1, #KEYS - 1 do wake(KEYS[i]) end
  end
  return {1, token}
end
local ticket = q.ticket
if q.queue then
  if ticket == 0 then ticket = redis.call('INCR', tokens) end
  write(':w', ticket, ticket, q.waits)
end
return {0, ticket, now, unpack(found)}
"""
)

RENEW = (
    _COMMON
    + """
clock()
local rows, by, why = {}, '', ''
for i = 1, #KEYS do
  local text = redis.call('HGET', KEYS[i], ARGV[1] .. ':' .. i)
  local r = text and cjson.decode(text)
  if r and r.b ~= '' then by = r.b; why = r.y end
  if not r or r.x == 1 or r.e <= now then return {0, by, why} end
  rows[i] = r
end
local lease = tonumber(ARGV[2])
for i = 1, #KEYS do
  rows[i].e = now + lease
  redis.call('HSET', KEYS[i], ARGV[1] .. ':' .. i, cjson.encode(rows[i]))
  keep(KEYS[i], lease)
end
return {1, by, why}
"""
)

RELEASE = (
    _COMMON
    + """
for i = 1, #KEYS do redis.call('HDEL', KEYS[i], ARGV[1] .. ':' .. i, ARGV[1] .. ':w' .. i) end
for i = 1, #KEYS do if i == 1 or KEYS[i] ~= KEYS[i - 1] then wake(KEYS[i]) end end
"""
)

STOP = (
    _COMMON
    + """
local met = {clock()}
local h = redis.call('HGETALL', KEYS[1])
for j = 1, #h, 2 do
  local r = cjson.decode(h[j + 1])
  if r.k == 'held' and r.l == ARGV[1] and r.t == 0 and r.x == 0 and r.e > now then
    met[#met + 1] = h[j + 1]
    r.b = ARGV[2]; r.y = ARGV[3]; r.x = tonumber(ARGV[4])
    redis.call('HSET', KEYS[1], h[j], cjson.encode(r))
  end
end
if ARGV[4] == '1' then wake(KEYS[1]) end
return met
"""
)

FIND = (
    _COMMON
    + """
local all = {clock()}
for i = 1, #KEYS do
  local rows = redis.call('HVALS', KEYS[i])
  for j = 1, #rows do all[#all + 1] = KEYS[i]; all[#all + 1] = rows[j] end
end
return all
"""
)

RAISE_FLOOR = """
if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1])
end
"""
