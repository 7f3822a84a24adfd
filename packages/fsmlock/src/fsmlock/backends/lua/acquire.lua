-- Grant all requests of a claim, or none. Specification: fsmlock/rules.py (blocking_rows).
-- KEYS: the objects, then the token counter, then the quarantine mark. ARGV: the rules as JSON, the claim, its
-- lease, the lease of a waiter, 1 to join the queue, the ticket (0: none), the caller's boot id and clock, then
-- for each row the number of its key, its letter and its JSON.
-- rules[1]: the claims that don't block (its own). rules[2][i]: for key i the requested locks, each with its
-- compatible locks, and the names that an inheriting request must not find held. They are decoded only if there
-- is a row to compare with.
-- Returns {2} if the token counter was lost (start the quarantine), {1, token} if granted, otherwise
-- {0, ticket, now, remaining quarantine, then a key and a row for each row in the way}.
local rules, id, ticket = nil, ARGV[2], tonumber(ARGV[6])
local found, last = {}, #KEYS - 2
local function blocks(i, r)
  if r.x ~= 0 or rules[1][r.c] or (r.t > 0 and ticket > 0 and r.t >= ticket) then return false end
  local own, names = rules[2][i][1], rules[2][i][2]
  if names and r.k == 'held' and (names[r.l] or r.l == '*') then return true end
  for _, request in ipairs(own or {}) do
    if r.k == 'held' then
      if not request[2][r.l] then return true end
    elseif request[1] == '*' or request[1] == r.l then
      return true
    end
  end
  return false
end
for i = 1, last do
  local h = redis.call('HGETALL', KEYS[i])
  for j = 1, #h, 2 do
    rules = rules or cjson.decode(ARGV[1])
    local letter = string.sub(h[j], 34, 34)
    if letter ~= 'l' and (letter ~= 'b' or rules[2][i][1]) then
      local r = cjson.decode(h[j + 1])
      if expired(r, ARGV[7], tonumber(ARGV[8])) then
        redis.call('HDEL', KEYS[i], h[j])
      elseif blocks(i, r) then
        found[#found + 1] = KEYS[i]; found[#found + 1] = h[j + 1]
      end
    end
  end
end
local function write(waits, ticket, token, ms)
  ms = tonumber(ms)
  local times = string.format(
    ',"t":%.0f,"n":%.0f,"s":%.0f,"e":%.0f,"d":%.0f,"b":"","y":"","x":0}',
    ticket, token, now, now + ms, ARGV[8] + ms)
  for n = 1, (#ARGV - 8) / 3 do
    local at = 3 * n + 6
    local field = id .. ':' .. (waits and 'w' or ARGV[at + 1]) .. n
    redis.call('HSET', KEYS[tonumber(ARGV[at])], field, ARGV[at + 2] .. times)
  end
end
local quarantine = tonumber(redis.call('GET', KEYS[last + 2]) or '0') - now
if #found == 0 and quarantine <= 0 then
  local token = redis.call('INCR', KEYS[last + 1])
  if token == 1 then
    redis.call('DEL', KEYS[last + 1])
    return {2}
  end
  write(false, 0, token, ARGV[3])
  if ticket > 0 then
    for n = 1, (#ARGV - 8) / 3 do redis.call('HDEL', KEYS[tonumber(ARGV[3 * n + 6])], id .. ':w' .. n) end
    for i = 1, last do wake(KEYS[i], now) end
  end
  return {1, token}
end
if ARGV[5] == '1' then
  if ticket == 0 then ticket = redis.call('INCR', KEYS[last + 1]) end
  write(true, ticket, ticket, ARGV[4])
end
local answer = {0, ticket, now, quarantine}
for n = 1, #found do answer[n + 4] = found[n] end
return answer
