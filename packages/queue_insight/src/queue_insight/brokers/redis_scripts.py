"""What the server does to read queues: it returns counts and the parts of messages that are needed."""

from __future__ import annotations

from typing import Final

# The lengths of lists; 0 for the key of another program that has the name of a queue.
LENGTHS: Final = """
local found = {}
for i, key in ipairs(KEYS) do
  local length = redis.pcall('LLEN', key)
  if type(length) == 'table' then
    if string.sub(length.err, 1, 9) ~= 'WRONGTYPE' then return length end
    length = 0
  end
  found[i] = length
end
return found
"""
# The first messages of a list, in order of delivery, until the server has read so many bytes.
WAITING: Final = """
local found, read = {}, 0
for i = 1, tonumber(ARGV[1]) do
  local message = redis.call('LINDEX', KEYS[1], -i)
  if not message then break end
  read = read + #message
  found[i] = string.sub(message, -tonumber(ARGV[3]))
  if read >= tonumber(ARGV[2]) then break end
end
return found
"""
# The messages delivered last; one whose turn comes after so many bytes is left out.
DELIVERED: Final = """
local found, read = {}, 0
if tonumber(ARGV[1]) == 0 then return found end
for _, tag in ipairs(redis.call('ZRANGE', KEYS[1], -tonumber(ARGV[1]), -1)) do
  if read >= tonumber(ARGV[2]) then break end
  local message = redis.call('HGET', KEYS[2], tag)
  if message then
    read = read + #message
    found[#found + 1] = string.sub(message, -tonumber(ARGV[3]))
  end
end
return found
"""
