-- KEYS: objects. Returns the time, then a key and a row for each row.
local all = {now}
for i = 1, #KEYS do
  for _, name in ipairs(groups(KEYS[i])) do
    local rows = redis.call('HVALS', group_key(KEYS[i], name))
    for j = 1, #rows do all[#all + 1] = KEYS[i]; all[#all + 1] = rows[j] end
  end
end
return all
