-- Puts sources on the due-list, at their old due time if they have one, and
-- takes others off it.
-- KEYS: due, off   ARGV: number of sources to put on, id..., id...
local on = tonumber(ARGV[1])
for i = 2, #ARGV do
  local id = ARGV[i]
  local from, to = KEYS[2], KEYS[1]
  if i > on + 1 then from, to = to, from end
  local due = redis.call('ZSCORE', from, id)
  if due then
    redis.call('ZREM', from, id)
    redis.call('ZADD', to, due, id)
  elseif to == KEYS[1] then
    redis.call('ZADD', to, 'NX', 0, id)
  end
end
return 1
