-- Start the lease of a claim anew. KEYS: the key of each row. ARGV: the lease, the caller's clock, then the
-- field of each row. Returns whether the claim is still held, by whom it was asked to stop, and why.
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
end
return {1, by, why}
