-- Show a claim that will be retried later; it blocks nobody. KEYS: the objects. ARGV: for how long in
-- milliseconds, the claim, then for each row its lock and its JSON.
for i = 1, #KEYS do
  for _, name in ipairs(groups(KEYS[i])) do
    if group_of(name) == 'l' then
      each_row(KEYS[i], name, function(field, row)
        if cjson.decode(row).e <= now then drop(KEYS[i], name, field) end
      end)
    end
  end
  local times = string.format(
    ',"t":1,"n":0,"s":%.0f,"e":%.0f,"d":0,"b":"","y":"","x":0}', now, now + ARGV[1])
  put(KEYS[i], 'l' .. ARGV[2 * i + 1], ARGV[2] .. ':' .. i, ARGV[2 * i + 2] .. times)
end
