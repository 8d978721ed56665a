-- Saves stories under the next revision of the archive, or forgets old ones.
-- KEYS: revision, topics, changes, nonce, placed, then each story and each
--       listing that it is to stand in, or the listing of all
-- ARGV: key prefix, base, nonce, source (empty: none), the step to the next
--       revision, then id, filed, body, number of listings and
--       the listings of each story; or: key prefix, 'forget', filed before, at most
-- Returns the new revision, -1 where base is not the present one; of 'forget'
-- the number forgotten. The same call sent twice by the client answers the same.
local prefix = ARGV[1]
local rev = tonumber(redis.call('GET', KEYS[1]) or '0')
local moved = {}

-- find reads where a story stands. It touches all that unlist will write, which
-- fails while a slot is on the move: before anything was written.
local function find(id)
  local old = redis.call('HMGET', prefix .. 'story:' .. id, 'filed', 'revision', 'lists')
  if not old[1] then return nil end
  local found = {member = old[1] .. ':' .. id, change = string.format('%016x', tonumber(old[2])) .. ':' .. id, lists = cmsgpack.unpack(old[3])}
  for _, list in ipairs(found.lists) do redis.call('EXISTS', prefix .. 'list:' .. list) end
  return found
end

local function unlist(found)
  if not found then return end
  for _, list in ipairs(found.lists) do
    redis.call('ZREM', prefix .. 'list:' .. list, found.member)
    if list:sub(1, 1) == 't' then moved[list:sub(2)] = true end
  end
  redis.call('ZREM', KEYS[3], found.change)
end

local function move()
  local text = string.format('%.0f', rev)
  redis.call('SET', KEYS[1], text)
  for topic in pairs(moved) do redis.call('HSET', KEYS[2], topic, text) end
end

if ARGV[2] == 'forget' then
  local old = redis.call('ZRANGEBYLEX', prefix .. 'list:a', '-', '(' .. ARGV[3], 'LIMIT', 0, ARGV[4])
  if #old == 0 then return 0 end
  rev = rev + 1
  local found = {}
  for i, member in ipairs(old) do found[i] = find(member:sub(18)) or false end
  for i, member in ipairs(old) do
    unlist(found[i])
    redis.call('ZREM', prefix .. 'list:a', member)
    redis.call('DEL', prefix .. 'story:' .. member:sub(18))
  end
  move()
  return #old
end

local base = tonumber(ARGV[2])
if rev ~= base then
  if rev == base + tonumber(ARGV[5]) and redis.call('GET', KEYS[4]) == ARGV[3] then return rev end
  return -1
end
rev = rev + tonumber(ARGV[5])
local found = {}
local i = 6
while i <= #ARGV do
  found[i] = find(ARGV[i])
  i = i + 4 + tonumber(ARGV[i + 3])
end
i = 6
while i <= #ARGV do
  local id, filed, body, n = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3])
  unlist(found[i])
  local lists = {}
  for j = i + 4, i + 3 + n do
    local list = ARGV[j]
    lists[#lists + 1] = list
    redis.call('ZADD', prefix .. 'list:' .. list, 0, filed .. ':' .. id)
    if list:sub(1, 1) == 't' then moved[list:sub(2)] = true end
  end
  redis.call('HSET', prefix .. 'story:' .. id, 'filed', filed, 'revision', string.format('%.0f', rev), 'lists', cmsgpack.pack(lists), 'body', body)
  redis.call('ZADD', KEYS[3], 0, string.format('%016x', rev) .. ':' .. id)
  i = i + 4 + n
end
move()
redis.call('SET', KEYS[4], ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[5], ARGV[4], ARGV[3]) end
return rev
