-- wake(key): notify the first waiter for each lock of an object. Waiters for the same lock pass the notification on
-- when they leave the queue. A waiter for another lock may be compatible with what is held.
local function wake(key)
  local first, now = {}, nil
  for _, name in ipairs(groups(key)) do
    local letter, _, lock = group_of(name)
    if letter == 'w' then
      local t = redis.call('TIME')
      now = now or t[1] * 1000 + math.floor(t[2] / 1000)
      each_row(key, name, function(_, row)
        local r = cjson.decode(row)
        local known = first[lock]
        if r.e > now and (not known or r.t < known.t) then first[lock] = r end
      end)
    end
  end
  for _, r in pairs(first) do
    local list = '{prefix}wake:' .. r.c
    redis.call('LPUSH', list, 1)
    redis.call('LTRIM', list, 0, 0)
    redis.call('PEXPIRE', list, 5000)
  end
end
