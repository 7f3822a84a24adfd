-- Grant all requests of a claim, or none. Specification: fsmlock/rules.py (blocking_rows).
-- KEYS: the objects, then the token counter, then the quarantine mark. ARGV: the rules as JSON, the claim, its
-- lease, the lease of a waiter, 1 to join the queue, the ticket (0: none), the caller's boot id and clock, the most
-- rows to return, then for each row the number of its key, its group and its JSON.
-- rules[1]: the claims that don't block (its own). rules[2][i]: for key i the requested locks, each with its
-- compatible locks, and the names that an inheriting request must not find held. rules[3]: whether no waiter
-- counts. They are decoded only if there is a row to compare with.
-- Returns {2} if the token counter was lost (start the quarantine), {1, token} if granted, otherwise
-- {0, ticket, now, remaining quarantine, then a key and a row for each row in the way}.
local rules, id, ticket = nil, ARGV[2], tonumber(ARGV[6])
local found, last, rows_at = {}, #KEYS - 2, 9
local most = 2 * tonumber(ARGV[9])
-- Whether rows of this kind and lock exclude the claim.
local function excludes(i, kind, lock)
  local own, names = rules[2][i][1], rules[2][i][2]
  if names and kind == 'h' and (names[lock] or lock == '*') then return true end
  for _, request in ipairs(own or {}) do
    if kind == 'h' then
      if not request[2][lock] then return true end
    elseif request[1] == '*' or request[1] == lock then
      return true
    end
  end
  return false
end
local function collect(i, name)
  each_row(KEYS[i], name, function(field, row)
    local r = cjson.decode(row)
    if expired(r, ARGV[7], tonumber(ARGV[8])) then
      drop(KEYS[i], name, field)
    elseif r.x == 0 and not rules[1][r.c] and not (r.t > 0 and (rules[3] or ticket > 0 and r.t >= ticket)) then
      found[#found + 1] = KEYS[i]; found[#found + 1] = row
    end
    return #found >= most
  end)
end
for i = 1, last do
  for _, name in ipairs(groups(KEYS[i])) do
    rules = rules or cjson.decode(ARGV[1])
    local letter, kind, lock = group_of(name)
    if letter ~= 'l' and #found < most and excludes(i, kind, lock) then collect(i, name) end
  end
end
local function each_own_row(each)
  for n = 1, (#ARGV - rows_at) / 3 do
    local at = rows_at + 3 * n
    each(KEYS[tonumber(ARGV[at - 2])], ARGV[at - 1], id .. ':' .. n, ARGV[at])
  end
end
local function write(letter, ticket, token, ms)
  ms = tonumber(ms)
  local times = string.format(
    ',"t":%.0f,"n":%.0f,"s":%.0f,"e":%.0f,"d":%.0f,"b":"","y":"","x":0}',
    ticket, token, now, now + ms, ARGV[8] + ms)
  each_own_row(function(key, name, field, row) put(key, letter .. name, field, row .. times) end)
end
local quarantine = tonumber(redis.call('GET', KEYS[last + 2]) or '0') - now
if #found == 0 and quarantine <= 0 then
  local token = redis.call('INCR', KEYS[last + 1])
  if token == 1 then
    redis.call('DEL', KEYS[last + 1])
    return {2}
  end
  write('', 0, token, ARGV[3])
  if ticket > 0 then
    each_own_row(function(key, name, field) drop(key, 'w' .. name, field) end)
    for i = 1, last do wake(KEYS[i]) end
  end
  return {1, token}
end
if ARGV[5] == '1' then
  if ticket == 0 then ticket = redis.call('INCR', KEYS[last + 1]) end
  write('w', ticket, ticket, ARGV[4])
end
local answer = {0, ticket, now, quarantine}
for n = 1, #found do answer[n + 4] = found[n] end
return answer
