-- Gives a lease on each of the sources named that is still due.
-- KEYS: due, leases, seq, placed   ARGV: key prefix, now, until, id...
-- Returns id, lease, ledger and what it vouches for (false: none), flat.
local now, token = tonumber(ARGV[2]), nil
local out = {}
for i = 4, #ARGV do
  local id = ARGV[i]
  local due = redis.call('ZSCORE', KEYS[1], id)
  if due and tonumber(due) <= now then
    token = token or string.format('%.0f', redis.call('INCR', KEYS[3]))
    redis.call('ZADD', KEYS[1], ARGV[3], id)
    redis.call('HSET', KEYS[2], id, token)
    out[#out + 1] = id
    out[#out + 1] = token
    out[#out + 1] = redis.call('GET', ARGV[1] .. 'ledger:' .. id)
    out[#out + 1] = redis.call('HGET', KEYS[4], id)
  end
end
return out
