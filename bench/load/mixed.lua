-- WORK is mixed, or one of get, list, create, search; IDS a file with ids of things.
local ids = {}
for id in io.lines(os.getenv("IDS")) do ids[#ids + 1] = id end
local count = 0

local work = {
  get = function() return wrk.format("GET", "/api/things/" .. ids[math.random(#ids)]) end,
  list = function() return wrk.format("GET", "/api/things?type=note&limit=20") end,
  create = function()
    count = count + 1
    return wrk.format("POST", "/api/things", wrk.headers, string.format(
      '{"type":"note","name":"Note %d","properties":{"content":"What was said in meeting %d, and by whom."}}', count, count))
  end,
  search = function()
    return wrk.format("POST", "/api/knowledge/search", wrk.headers, string.format('{"query":"who spoke in meeting %d","limit":5}', math.random(1000)))
  end,
}

-- Of twenty requests eleven read one thing, four a list; three create, two search.
local shares = { { 11, "get" }, { 15, "list" }, { 18, "create" }, { 20, "search" } }
local wanted = os.getenv("WORK")

request = function()
  if wanted ~= "mixed" then return work[wanted]() end
  local turn = math.random(20)
  for _, share in ipairs(shares) do
    if turn <= share[1] then return work[share[2]]() end
  end
end
