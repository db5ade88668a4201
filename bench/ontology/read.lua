-- READ is get, list or filter; IDS a file with ids; PRICES how many prices there are.
local ids = {}
for id in io.lines(os.getenv("IDS")) do ids[#ids + 1] = id end
local paths = {
  get = function() return "/api/things/" .. ids[math.random(#ids)] end,
  list = function() return "/api/things?limit=20" end,
  filter = function() return "/api/things?limit=20&filter=properties.price=" .. math.random(0, tonumber(os.getenv("PRICES")) - 1) end,
}
local path = paths[os.getenv("READ")]

request = function() return wrk.format("GET", path()) end
