-- Each object has its rows in groups: those of one letter and one lock. KEYS name a set with the names of the
-- groups that have rows, and each group is a hash of its own. So a decision reads no row that it doesn't need.
-- group_of(name): the letter of a group, its kind ('h' or 'b') and its lock.
local function group_of(name)
  local letter = string.sub(name, 1, 1)
  if letter == 'w' then return letter, string.sub(name, 2, 2), string.sub(name, 3) end
  return letter, letter, string.sub(name, 2)
end
local function group_key(key, name) return key .. '\n' .. name end
local function groups(key) return redis.call('SMEMBERS', key) end
local function put(key, name, field, row)
  redis.call('HSET', group_key(key, name), field, row)
  redis.call('SADD', key, name)
end
-- Returns whether the row was there.
local function drop(key, name, field)
  local rows = group_key(key, name)
  if redis.call('HDEL', rows, field) == 0 then return false end
  if redis.call('EXISTS', rows) == 0 then redis.call('SREM', key, name) end
  return true
end
-- Calls each(field, row) for the rows of a group, a page at a time, until it returns true. pattern is optional.
local function each_row(key, name, each, pattern)
  local cursor, rows = '0', group_key(key, name)
  repeat
    local page = redis.call('HSCAN', rows, cursor, 'MATCH', pattern or '*', 'COUNT', 50)
    cursor = page[1]
    for j = 1, #page[2], 2 do
      if each(page[2][j], page[2][j + 1]) then return end
    end
  until cursor == '0'
end
