-- Delete exactly these rows, unless they were written again. KEYS: the object of each. ARGV: for each its claim,
-- lock and token.
for i = 1, #KEYS do
  local claim, lock, token = ARGV[3 * i - 2], ARGV[3 * i - 1], tonumber(ARGV[3 * i])
  local h = redis.call('HGETALL', KEYS[i])
  for j = 1, #h, 2 do
    local r = cjson.decode(h[j + 1])
    if r.c == claim and r.l == lock and r.n == token then redis.call('HDEL', KEYS[i], h[j]) end
  end
end
