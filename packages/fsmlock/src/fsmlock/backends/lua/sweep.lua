-- Delete what dead holders left behind, a day after the end of its lease. KEYS: objects.
-- The keys of holds have no time to live: a server that is short of memory may evict what has one.
for i = 1, #KEYS do
  local h = redis.call('HGETALL', KEYS[i])
  for j = 1, #h, 2 do
    if cjson.decode(h[j + 1]).e < now - 86400000 then redis.call('HDEL', KEYS[i], h[j]) end
  end
end
