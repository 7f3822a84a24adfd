-- Delete exactly these rows, unless they were written again. KEYS: the object of each. ARGV: for each its claim,
-- lock and token.
for i = 1, #KEYS do
  local claim, lock, token = ARGV[3 * i - 2], ARGV[3 * i - 1], tonumber(ARGV[3 * i])
  for _, name in ipairs(groups(KEYS[i])) do
    local _, _, own = group_of(name)
    if own == lock then
      each_row(KEYS[i], name, function(field, row)
        if cjson.decode(row).n == token then drop(KEYS[i], name, field) end
      end, claim .. ':*')
    end
  end
end
