-- Delete what dead holders left behind, a day after the end of its lease. KEYS: objects.
-- The keys of holds have no time to live: a server that is short of memory may evict what has one.
for i = 1, #KEYS do
  for _, name in ipairs(groups(KEYS[i])) do
    each_row(KEYS[i], name, function(field, row)
      if cjson.decode(row).e < now - 86400000 then drop(KEYS[i], name, field) end
    end)
  end
end
