-- Mark every row of some claims as "asked to stop", or as broken.
-- KEYS: an object of each claim. ARGV: by whom, why, 1 to break, the caller's boot id and clock, then the claims.
-- Returns those claims that are held.
local reached, marked, wanted = {}, {}, {}
for n = 6, #ARGV do wanted[ARGV[n]] = true end
local the_only = #ARGV == 6 and ARGV[6] .. ':*' or nil
local function claim_of(field) return string.match(field, '^(.*):') end
-- All keys of a claim. Where it has many, only the rows on the first one name all of them.
local function keys_of(r, key)
  if #r.a > 1 or r.a[1] == key then return r.a end
  for _, name in ipairs(groups(r.a[1])) do
    each_row(r.a[1], name, function(_, row)
      local first = cjson.decode(row)
      if #first.a > #r.a then r = first end
    end, r.c .. ':*')
  end
  return r.a
end
for _, key in ipairs(KEYS) do
  for _, name in ipairs(groups(key)) do
    local letter = group_of(name)
    if letter ~= 'w' and letter ~= 'l' then
      each_row(key, name, function(field, row)
        if not wanted[claim_of(field)] then return end
        local r = cjson.decode(row)
        if r.x == 0 and not expired(r, ARGV[4], tonumber(ARGV[5])) then
          reached[#reached + 1] = r.c
          for _, each in ipairs(keys_of(r, key)) do
            marked[each] = marked[each] or {}
            marked[each][r.c] = true
          end
        end
      end, the_only)
    end
  end
end
for key, claims in pairs(marked) do
  for _, name in ipairs(groups(key)) do
    each_row(key, name, function(field, row)
      if not claims[claim_of(field)] then return end
      local r = cjson.decode(row)
      if r.t == 0 then
        r.b = ARGV[1]; r.y = ARGV[2]; r.x = tonumber(ARGV[3])
        redis.call('HSET', group_key(key, name), field, cjson.encode(r))
      end
    end, the_only)
  end
  if ARGV[3] == '1' then wake(key) end
end
return reached
