-- wake(key, now): notify the first waiter for each lock of an object. Waiters for the same lock pass the
-- notification on when they leave the queue. A waiter for another lock may be compatible with what is held.
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
    local list = '{prefix}wake:' .. r.c
    redis.call('LPUSH', list, 1)
    redis.call('LTRIM', list, 0, 0)
    redis.call('PEXPIRE', list, 5000)
  end
end
