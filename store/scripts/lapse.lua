-- Forgets subscriptions whose lease is over, unless they were renewed.
-- KEYS: subscribers, deliveries
-- ARGV: now in microseconds, then subscribers
for i = 2, #ARGV do
  local terms = redis.call('HGET', KEYS[1], ARGV[i])
  if terms and tonumber(string.match(terms, '^%-?%d+')) <= tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], ARGV[i])
    redis.call('HDEL', KEYS[2], ARGV[i])
  end
end
return 1
