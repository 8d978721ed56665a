-- Takes a duty that one process at a time does, or keeps it.
-- KEYS: duty
-- ARGV: holder, lease in milliseconds
-- Returns 1, or 0 where another has it.
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
