"""What the server does to read queues: it returns counts and the parts of messages that are needed.

Nobody else is answered meanwhile, so one rule bounds all of it: a script reads at most `MAX_BYTES`, and so do
the scripts of one look together, unless one message alone exceeds that.
"""

from __future__ import annotations

from typing import Final

#: What the server reads in about a millisecond.
MAX_BYTES: Final = 1_000_000
#: Maximum number of bytes that are moved of one message; of a larger one its end, which contains its headers.
MAX_MESSAGE: Final = 16_384

# The lengths of lists; 0 for the key of another program that has the name of a queue. An empty list does not
# exist, and most are empty: halves are asked for at once, until what exists is found.
LENGTHS: Final = """
local found = {}
local function measure(first, last)
  if redis.call('EXISTS', unpack(KEYS, first, last)) == 0 then
    for i = first, last do found[i] = 0 end
  elseif first == last then
    local length = redis.pcall('LLEN', KEYS[first])
    if type(length) == 'table' then
      if string.sub(length.err, 1, 9) ~= 'WRONGTYPE' then return length end
      length = 0
    end
    found[first] = length
  else
    local middle = math.floor((first + last) / 2)
    return measure(first, middle) or measure(middle + 1, last)
  end
end
return measure(1, #KEYS) or found
"""
# What is moved of a message: its end, at most so many bytes, without the body, which kombu writes first.
_CUT: Final = """
local function cut(message, most)
  local first = math.max(1, #message - most + 1)
  if string.find(message, '^%[?{"body": "') then
    first = math.max(first, string.find(message, '", "content-encoding": ', 1, true) or 1)
  end
  return string.sub(message, first)
end
"""
# The first messages of a list, in order of delivery, until the server has read so many bytes. Several are
# read at once unless the first is large.
WAITING: Final = (
    _CUT
    + """
local wanted, budget, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local found, read, at, step = {}, 0, 0, 1
while at < wanted and read < budget do
  local part = redis.call('LRANGE', KEYS[1], -at - math.min(step, wanted - at), -at - 1)
  if #part == 0 then break end
  for i = #part, 1, -1 do
    if read >= budget then break end
    read = read + #part[i]
    found[#found + 1] = cut(part[i], most)
  end
  if at == 0 then step = math.max(1, math.min(20, math.floor(budget / (4 * (#part[1] + 1))))) end
  at = at + #part
end
return found
"""
)
# The messages delivered last, each with when it was; one whose turn comes after so many bytes is left out.
DELIVERED: Final = (
    _CUT
    + """
local found, read = {}, 0
if tonumber(ARGV[1]) == 0 then return found end
local tags = redis.call('ZRANGE', KEYS[1], -tonumber(ARGV[1]), -1, 'WITHSCORES')
for i = 1, #tags, 2 do
  if read >= tonumber(ARGV[2]) then break end
  local message = redis.call('HGET', KEYS[2], tags[i])
  if message then
    read = read + #message
    found[#found + 1] = {cut(message, tonumber(ARGV[3])), tags[i + 1]}
  end
end
return found
"""
)
