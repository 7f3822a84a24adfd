-- keep(key, ms, is_new): let the hash expire a month after its last lease of ms milliseconds, so that what
-- dead holders leave behind doesn't accumulate.
local function keep(key, ms, is_new)
  local seconds = 2592000 + math.ceil(ms / 1000)
  if is_new or redis.call('TTL', key) < seconds then
    redis.call('EXPIRE', key, string.format('%.0f', seconds))
  end
end
