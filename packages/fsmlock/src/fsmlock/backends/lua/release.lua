-- Delete the rows of a claim, whether held, waiting or announced, and notify the next waiters.
-- KEYS: the object of each row. ARGV: the claim, then the group of each row.
local seen = {}
for n = 1, #KEYS do
  local name, field = ARGV[n + 1], ARGV[1] .. ':' .. n
  if not drop(KEYS[n], name, field) and not drop(KEYS[n], 'w' .. name, field) then
    drop(KEYS[n], 'l' .. string.sub(name, 2), field)
  end
end
for n = 1, #KEYS do
  if not seen[KEYS[n]] then wake(KEYS[n]) end
  seen[KEYS[n]] = true
end
