-- Puts a story that was copied where it stood.
-- KEYS: topics, changes   ARGV: key prefix, id, filed, revision, body, listings...
local prefix, id, filed, lists = ARGV[1], ARGV[2], ARGV[3], {}
for i = 6, #ARGV do
  lists[#lists + 1] = ARGV[i]
  redis.call('ZADD', prefix .. 'list:' .. ARGV[i], 0, filed .. ':' .. id)
end
redis.call('HSET', prefix .. 'story:' .. id, 'filed', filed, 'revision', ARGV[4], 'lists', cmsgpack.pack(lists), 'body', ARGV[5])
redis.call('ZADD', KEYS[2], 0, string.format('%016x', tonumber(ARGV[4])) .. ':' .. id)
return 1
