-- Notes how far deliveries to subscribers are, unless they have left.
-- KEYS: subscribers, deliveries
-- ARGV: subscriber, what is noted, for each
for i = 1, #ARGV, 2 do
  if redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
return 1
