-- KEYS: the token counter. ARGV: the least value that it must have.
local tokens = tonumber(redis.call('GET', KEYS[1]) or '0')
if tokens < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
