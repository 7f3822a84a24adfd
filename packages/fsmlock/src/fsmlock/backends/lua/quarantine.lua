-- Grant nothing until forgotten leases are over.
-- A server that was restarted, promoted or flushed may have lost holds whose holders still rely on them. It
-- refuses requests until the leases that can still be alive are over, and continues with tokens above all earlier
-- ones.
-- KEYS: the last run of the server, the token counter, the end of the quarantine. ARGV: the longest of the short
-- leases in milliseconds (0: never used), the last run of the server, and the end of the last long lease, all as
-- recorded in the database.
-- Short leases granted before a restart are over once the uptime exceeds them. The server counts started seconds,
-- so its uptime may be up to one second too high.
local info = redis.call('INFO')
local run = string.match(info, 'run_id:(%x+)')
local tokens = tonumber(redis.call('GET', KEYS[2]) or '0')
if tokens > 0 and redis.call('GET', KEYS[1]) == run then return run end
redis.call('SET', KEYS[1], run)
if tokens < now then redis.call('SET', KEYS[2], string.format('%.0f', now)) end
local left = tonumber(ARGV[1])
if run ~= ARGV[2] and string.match(info, 'second_repl_offset:%-1') then
  local up = tonumber(string.match(info, 'uptime_in_seconds:(%d+)'))
  left = left - 1000 * math.max(0, up - 1)
end
left = math.max(left, tonumber(ARGV[3]) - now)
-- Not by a time to live: a server that is short of memory may evict what has one.
if left > 0 then redis.call('SET', KEYS[3], string.format('%.0f', now + left)) end
return run
