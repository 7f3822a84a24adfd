-- KEYS: objects. Returns the time, then a key and a row for each row.
local all = {now}
for i = 1, #KEYS do
  local rows = redis.call('HVALS', KEYS[i])
  for j = 1, #rows do all[#all + 1] = KEYS[i]; all[#all + 1] = rows[j] end
end
return all
