-- Each request creates a note of its own.
local count = 0

request = function()
  count = count + 1
  local body = string.format(
    '{"type":"note","name":"Note %d of the day","properties":{"content":"What was said in meeting %d, and by whom.","price":%d}}', count, count, count % 1000)
  return wrk.format("POST", "/api/things", wrk.headers, body)
end
