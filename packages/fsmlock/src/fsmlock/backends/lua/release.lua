-- Delete the rows of a claim, whether held, waiting or announced, and notify the next waiters.
-- KEYS: the objects. ARGV: for each the letters and numbers of its rows, separated by spaces, then the claim.
local claim = ARGV[#ARGV] .. ':'
for i = 1, #KEYS do
  for letter, n in string.gmatch(ARGV[i], '(%a)(%d+)') do
    if redis.call('HDEL', KEYS[i], claim .. letter .. n) == 0 then
      redis.call('HDEL', KEYS[i], claim .. 'w' .. n, claim .. 'l' .. n)
    end
  end
end
local t = nil
for i = 1, #KEYS do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    t = t or redis.call('TIME')
    wake(KEYS[i], t[1] * 1000 + math.floor(t[2] / 1000))
  end
end
