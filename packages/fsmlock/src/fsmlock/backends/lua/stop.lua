-- Mark every row of some claims as "asked to stop", or as broken.
-- KEYS: an object. ARGV: a lock, by whom, why, 1 to break, the caller's boot id and clock, then the claims. Without any
-- they are those that hold the lock. Returns the time and the rows of the claims on the object.
local found, marked, wanted = {now}, {}, {}
for n = 7, #ARGV do wanted[ARGV[n]] = true end
local is_named, the_only = #ARGV >= 7, #ARGV == 7 and ARGV[7] .. ':*' or nil
local function claim_of(field) return string.match(field, '^(.*):') end
-- All keys of a claim. Where it has many, only the rows on the first one name all of them.
local function keys_of(r)
  if #r.a > 1 or r.a[1] == KEYS[1] then return r.a end
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
  if letter ~= 'w' and letter ~= 'l' and (is_named or (letter == 'h' and lock == ARGV[1])) then
    each_row(KEYS[1], name, function(field, row)
      if is_named and not wanted[claim_of(field)] then return end
      local r = cjson.decode(row)
      if r.x == 0 and not expired(r, ARGV[5], tonumber(ARGV[6])) then
        found[#found + 1] = row
        for _, key in ipairs(keys_of(r)) do
          marked[key] = marked[key] or {}
          marked[key][r.c] = true
        end
      end
    end, the_only)
  end
end
for key, claims in pairs(marked) do
  for _, name in ipairs(groups(key)) do
    each_row(key, name, function(field, row)
      if not claims[claim_of(field)] then return end
      local r = cjson.decode(row)
      if r.t == 0 then
        r.b = ARGV[2]; r.y = ARGV[3]; r.x = tonumber(ARGV[4])
        redis.call('HSET', group_key(key, name), field, cjson.encode(r))
      end
    end, the_only)
  end
  if ARGV[4] == '1' then wake(key) end
end
return found
