-- All rows of claims. KEYS: one object of each claim. ARGV: the claims. Returns the time, then a key and a row for each.
local all = {now}
local function rows_on(key, claim)
  local found = {}
  for _, name in ipairs(groups(key)) do
    each_row(key, name, function(_, row) found[#found + 1] = row end, claim .. ':*')
  end
  return found
end
for n = 1, #KEYS do
  local first = rows_on(KEYS[n], ARGV[n])[1]
  if first then
    for _, key in ipairs(cjson.decode(first).a) do
      for _, row in ipairs(rows_on(key, ARGV[n])) do all[#all + 1] = key; all[#all + 1] = row end
    end
  end
end
return all
