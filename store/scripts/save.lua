-- Saves a ledger under its lease, and articles of the same shard.
-- KEYS: due, off, leases, asked, articles, placed, the ledger, each article
-- ARGV: source (empty: no ledger), lease, nonce, due, asked, ledger,
--       the commit of stories it vouches for (empty: as before; '-': none), then id, time of archiving, body of each article
-- Returns 1, or 0 where the lease is lost. The lease is spent with the nonce of
-- the call, so that the same call sent twice by the client answers 1 twice.
local id = ARGV[1]
if id ~= '' then
  local spent = ARGV[2] .. ' ' .. ARGV[3]
  local held = redis.call('HGET', KEYS[3], id)
  if held == spent then return 1 end
  if held ~= ARGV[2] then return 0 end
  redis.call('HSET', KEYS[3], id, spent)
  redis.call('SET', KEYS[7], ARGV[6])
  redis.call('ZADD', KEYS[4], ARGV[5], id)
  if ARGV[7] == '-' then
    redis.call('HDEL', KEYS[6], id)
  elseif ARGV[7] ~= '' then
    redis.call('HSET', KEYS[6], id, ARGV[7])
  end
  local list = redis.call('ZSCORE', KEYS[1], id) and KEYS[1] or KEYS[2]
  redis.call('ZADD', list, ARGV[4], id)
end
for i = 8, #ARGV, 3 do
  local article = KEYS[8 + (i - 8) / 3]
  local old = redis.call('GETRANGE', article, 0, 15)
  if old ~= '' and old ~= ARGV[i + 1] then
    redis.call('ZREM', KEYS[5], old .. ':' .. ARGV[i])
  end
  redis.call('SET', article, ARGV[i + 1] .. ARGV[i + 2])
  redis.call('ZADD', KEYS[5], 0, ARGV[i + 1] .. ':' .. ARGV[i])
end
return 1
