-- Forgets articles archived before a time, or sources that are off the due-list.
-- KEYS: articles, off, leases, asked, placed; of sources also the ledger of each
-- ARGV: key prefix, 'articles', archived before, at most; or key prefix, 'ledgers', asked before, id...
-- Returns the number forgotten; a source without a ledger is not counted.
local n = 0
if ARGV[2] == 'articles' then
  for _, member in ipairs(redis.call('ZRANGEBYLEX', KEYS[1], '-', '(' .. ARGV[3], 'LIMIT', 0, ARGV[4])) do
    redis.call('DEL', ARGV[1] .. 'article:' .. member:sub(18))
    n = n + redis.call('ZREM', KEYS[1], member)
  end
  return n
end
for i = 4, #ARGV do
  local id = ARGV[i]
  local asked = redis.call('ZSCORE', KEYS[4], id)
  if redis.call('ZSCORE', KEYS[2], id) and (not asked or tonumber(asked) < tonumber(ARGV[3])) then
    redis.call('ZREM', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
    redis.call('ZREM', KEYS[4], id)
    redis.call('HDEL', KEYS[5], id)
    n = n + redis.call('DEL', KEYS[i + 2])
  end
end
return n
