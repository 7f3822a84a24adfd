-- Start the lease of a claim anew. KEYS: the object of each row. ARGV: the lease, the caller's clock, the claim, then
-- the group of each row. Returns whether the claim is still held, by whom it was asked to stop, and why.
local rows, by, why = {}, '', ''
for n = 1, #KEYS do
  local text = redis.call('HGET', group_key(KEYS[n], ARGV[n + 3]), ARGV[3] .. ':' .. n)
  local r = text and cjson.decode(text)
  if r and r.b ~= '' then by = r.b; why = r.y end
  if not r or r.x == 1 then return {0, by, why} end
  rows[n] = r
end
for n = 1, #KEYS do
  rows[n].e = now + ARGV[1]
  rows[n].d = ARGV[2] + ARGV[1]
  redis.call('HSET', group_key(KEYS[n], ARGV[n + 3]), ARGV[3] .. ':' .. n, cjson.encode(rows[n]))
end
return {1, by, why}
