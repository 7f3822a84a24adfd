-- All rows of a claim. KEYS: one of its objects. ARGV: the claim. Returns the time, then a key and a row for each.
local all = {now}
local function rows_on(key)
  local found = {}
  for _, name in ipairs(groups(key)) do
    each_row(key, name, function(_, row) found[#found + 1] = row end, ARGV[1] .. ':*')
  end
  return found
end
local first = rows_on(KEYS[1])[1]
if first then
  for _, key in ipairs(cjson.decode(first).a) do
    for _, row in ipairs(rows_on(key)) do all[#all + 1] = key; all[#all + 1] = row end
  end
end
return all
