-- Gives a lease on each of the sources named that is still due.
-- KEYS: due, leases, seq, placed, ledger of each source   ARGV: now, until, id...
-- Returns id, lease, ledger and what it vouches for (false: none), flat.
local now, token = tonumber(ARGV[1]), nil
local out = {}
for i = 3, #ARGV do
  local id = ARGV[i]
  local due = redis.call('ZSCORE', KEYS[1], id)
  if due and tonumber(due) <= now then
    token = token or string.format('%.0f', redis.call('INCR', KEYS[3]))
    redis.call('ZADD', KEYS[1], ARGV[2], id)
    redis.call('HSET', KEYS[2], id, token)
    out[#out + 1] = id
    out[#out + 1] = token
    out[#out + 1] = redis.call('GET', KEYS[i + 2])
    out[#out + 1] = redis.call('HGET', KEYS[4], id)
  end
end
return out
