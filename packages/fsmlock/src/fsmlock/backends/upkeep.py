"""Scripts of the Redis backend: look at holds, ask holders to stop, close a forgetful server."""

from __future__ import annotations

from fsmlock.backends.lua import DEAD, NOW, WAKE

# ARGV: the lock or '', the claim or '', by, why, 1 to break, the clock's name, the clock. All rows of a claim
# are met.
STOP = (
    NOW
    + DEAD
    + WAKE
    + """
local met, all_keys = {now}, {}
local function mark(key, claim)
  local h = redis.call('HGETALL', key)
  for j = 1, #h, 2 do
    local r = cjson.decode(h[j + 1])
    if r.c == claim and r.t == 0 then
      r.b = ARGV[3]; r.y = ARGV[4]; r.x = tonumber(ARGV[5])
      redis.call('HSET', key, h[j], cjson.encode(r))
    end
  end
  all_keys[key] = true
end
local h = redis.call('HGETALL', KEYS[1])
for j = 1, #h, 2 do
  local r = cjson.decode(h[j + 1])
  local asked = (ARGV[2] == '' and r.k == 'held' and r.l == ARGV[1]) or r.c == ARGV[2]
  if asked and r.t == 0 and r.x == 0 and not dead(r, ARGV[6], tonumber(ARGV[7])) then
    met[#met + 1] = h[j + 1]
    for _, key in ipairs(r.a) do mark(key, r.c) end
  end
end
if ARGV[5] == '1' then for key in pairs(all_keys) do wake(key, now) end end
return met
"""
)

FIND = (
    NOW
    + """
local all = {now}
for i = 1, #KEYS do
  local rows = redis.call('HVALS', KEYS[i])
  for j = 1, #rows do all[#all + 1] = KEYS[i]; all[#all + 1] = rows[j] end
end
return all
"""
)

RAISE_FLOOR = """
local tokens = tonumber(redis.call('GET', KEYS[1]) or '0')
if tokens < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
"""

# A server that started anew, was promoted or flushed may have forgotten holds whose holders still believe in
# them. It is closed until the longest lease is over, and its tokens go on above all that it may have had.
# KEYS: the run that was seen last, the counter, the mark. ARGV: the longest lease (0: it was never used)
# and the run that was seen last, as the database knows them.
# What was granted before a new start is over when the server has been up for longer than that. It counts the
# seconds that began since its start: up to one too many.
GATE = (
    NOW
    + """
local info = redis.call('INFO')
local run = string.match(info, 'run_id:(%x+)')
local tokens = tonumber(redis.call('GET', KEYS[2]) or '0')
if tokens > 0 and redis.call('GET', KEYS[1]) == run then return run end
redis.call('SET', KEYS[1], run)
if tokens < now then redis.call('SET', KEYS[2], string.format('%.0f', now)) end
local left = tonumber(ARGV[1])
if run ~= ARGV[2] and string.match(info, 'second_repl_offset:%-1') then
  local up = tonumber(string.match(info, 'uptime_in_seconds:(%d+)'))
  left = left - 1000 * math.max(0, up - 1)
end
if left > 0 then redis.call('SET', KEYS[3], 1, 'PX', left) end
return run
"""
)
