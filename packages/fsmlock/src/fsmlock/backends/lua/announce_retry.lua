-- Show a claim that will be retried later; it blocks nobody. KEYS: the objects. ARGV: for how long in
-- milliseconds, the claim, then the JSON of each row.
for i = 1, #KEYS do
  local h = redis.call('HGETALL', KEYS[i])
  for j = 1, #h, 2 do
    local is_over = string.sub(h[j], 34, 34) == 'l' and cjson.decode(h[j + 1]).e <= now
    if is_over then redis.call('HDEL', KEYS[i], h[j]) end
  end
  local times = string.format(
    ',"t":1,"n":0,"s":%.0f,"e":%.0f,"d":0,"b":"","y":"","x":0}', now, now + ARGV[1])
  redis.call('HSET', KEYS[i], ARGV[2] .. ':l' .. i, ARGV[i + 2] .. times)
end
