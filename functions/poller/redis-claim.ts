/**
 * The budget's one read-modify-write, done inside Redis: fills the bucket for the time gone, then gives out the streams that nobody
 * sampled within the last 3 s, as far as the bucket reaches. The numbers are schedule.ts's own.
 *
 * KEYS: hash of login -> time sampled (ms), hash of the bucket (tokens, at). ARGV: now (ms), samples per minute, logins.
 */
export const CLAIM = `
local now, per = tonumber(ARGV[1]), tonumber(ARGV[2])
local most = math.max(1, per / 2)
local known = redis.call('HMGET', KEYS[2], 'tokens', 'at')
local tokens, at = tonumber(known[1] or ''), tonumber(known[2] or '')
-- No number (a NaN too), or a time that our clocks cannot reach: a value that is not ours would stop the sampling for good.
if not (tokens and at and tokens >= 0 and at <= now + 10000) then tokens, at = most, now end
tokens = math.min(most, tokens + math.max(0, now - at) / 60000 * per)
local granted = {}
for i = 3, #ARGV do
  local last = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0') or 0
  if tokens >= 1 and (last > now + 10000 or now - last >= 3000) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[1])
    tokens = tokens - 1
    granted[#granted + 1] = ARGV[i]
  end
end
redis.call('HSET', KEYS[2], 'tokens', tostring(tokens), 'at', tostring(math.max(at, now)))
redis.call('EXPIRE', KEYS[1], 3600)
redis.call('EXPIRE', KEYS[2], 3600)
return granted
`;
