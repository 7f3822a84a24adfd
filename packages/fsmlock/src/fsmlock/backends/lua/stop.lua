-- Mark every row of the claims that hold a lock as "asked to stop", or as broken.
-- KEYS: the object. ARGV: the lock or '', the claim or '', by whom, why, 1 to break, the caller's boot id and
-- clock. Returns the time and the rows found.
local found, all_keys = {now}, {}
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
-- The first key of a claim has a row that names all of its keys; other rows may name only that one.
local function keys_of(r)
  local h = redis.call('HVALS', r.a[1])
  for j = 1, #h do
    local first = cjson.decode(h[j])
    if first.c == r.c and #first.a > #r.a then r = first end
  end
  return r.a
end
local h = redis.call('HGETALL', KEYS[1])
for j = 1, #h, 2 do
  local r = cjson.decode(h[j + 1])
  local matches = (ARGV[2] == '' and r.k == 'held' and r.l == ARGV[1]) or r.c == ARGV[2]
  if matches and r.t == 0 and r.x == 0 and not expired(r, ARGV[6], tonumber(ARGV[7])) then
    found[#found + 1] = h[j + 1]
    for _, key in ipairs(keys_of(r)) do mark(key, r.c) end
  end
end
if ARGV[5] == '1' then for key in pairs(all_keys) do wake(key, now) end end
return found
