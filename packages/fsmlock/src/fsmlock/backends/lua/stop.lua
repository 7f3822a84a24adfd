-- Mark every row of the claims that hold a lock as "asked to stop", or as broken.
-- KEYS: the object. ARGV: the lock or '', the claim or '', by whom, why, 1 to break, the caller's boot id and
-- clock. Returns the time and the rows found.
local found, all_keys = {now}, {}
local function mark(key, claim)
  for _, name in ipairs(groups(key)) do
    each_row(key, name, function(field, row)
      local r = cjson.decode(row)
      if r.t == 0 then
        r.b = ARGV[3]; r.y = ARGV[4]; r.x = tonumber(ARGV[5])
        redis.call('HSET', group_key(key, name), field, cjson.encode(r))
      end
    end, claim .. ':*')
  end
  all_keys[key] = true
end
-- The first key of a claim has a row that names all of its keys; other rows may name only that one.
local function keys_of(r)
  for _, name in ipairs(groups(r.a[1])) do
    each_row(r.a[1], name, function(_, row)
      local first = cjson.decode(row)
      if #first.a > #r.a then r = first end
    end, r.c .. ':*')
  end
  return r.a
end
for _, name in ipairs(groups(KEYS[1])) do
  local letter, _, lock = group_of(name)
  if letter ~= 'w' and letter ~= 'l' and (ARGV[2] ~= '' or (letter == 'h' and lock == ARGV[1])) then
    each_row(KEYS[1], name, function(_, row)
      local r = cjson.decode(row)
      if r.x == 0 and not expired(r, ARGV[6], tonumber(ARGV[7])) then found[#found + 1] = row end
    end, ARGV[2] ~= '' and ARGV[2] .. ':*' or '*')
  end
end
for n = 2, #found do
  local r = cjson.decode(found[n])
  for _, key in ipairs(keys_of(r)) do mark(key, r.c) end
end
if ARGV[5] == '1' then for key in pairs(all_keys) do wake(key) end end
return found
