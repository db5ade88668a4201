-- The work of every side. Environment: PEER, WORK, IDS (file), CREDENTIAL, TYPES_TEXT, PASSWORD, USERS, RUN.
local peer, work = os.getenv("PEER"), os.getenv("WORK")
local ids, types, made = {}, {}, 0
local headers = { ["Content-Type"] = "application/json" }

function init()
  math.randomseed(42 + tonumber(os.getenv("RUN") or "0"))
  for line in io.lines(os.getenv("IDS")) do ids[#ids + 1] = line end
  for name in os.getenv("TYPES_TEXT"):gmatch("%S+") do types[#types + 1] = name end
  local credential = os.getenv("CREDENTIAL")
  if peer == "ours" then headers["X-API-Key"] = credential
  elseif peer == "directus" then headers["Authorization"] = "Bearer " .. credential
  elseif peer == "parse" then
    headers["X-Parse-Application-Id"] = "compare"
    headers["X-Parse-Session-Token"] = credential
  end
end

local function id() return ids[math.random(#ids)] end
local function type_name() return types[math.random(#types)] end
local function thing(more)
  made = made + 1
  return string.format('{"type":"%s","name":"New thing %d","properties":{"serial":"S%d","floor":%d,"on":true,"tags":["a","b"]}%s}',
    types[made % #types + 1], made, made, made % 40, more)
end
local function get(path) return wrk.format("GET", path, headers) end
local function post(path, body) return wrk.format("POST", path, headers, body) end
local function sign_in()
  return post("/api/auth/sign-in/email", string.format('{"email":"u%d@example.com","password":"%s"}', math.random(tonumber(os.getenv("USERS"))), os.getenv("PASSWORD")))
end
local function session()
  headers["Cookie"] = id()
  return get("/api/auth/get-session")
end

local works = {
  ours = {
    get = function() return get("/api/things/" .. id()) end,
    list = function() return get("/api/things?limit=20&type=" .. type_name()) end,
    create = function() return post("/api/things", thing("")) end,
  },
  directus = {
    get = function() return get("/items/things/" .. id()) end,
    list = function() return get("/items/things?filter[type][_eq]=" .. type_name() .. "&sort=-created_at&limit=20") end,
    create = function() return post("/items/things", thing(',"group_id":"00000000-0000-4000-8000-000000000001"')) end,
  },
  parse = {
    get = function() return get("/parse/classes/Thing/" .. id()) end,
    list = function() return get("/parse/classes/Thing?where=%7B%22group%22%3A%22g1%22%2C%22type%22%3A%22" .. type_name() .. "%22%7D&order=-createdAt&limit=20") end,
    create = function() return post("/parse/classes/Thing", thing(',"group":"g1","ACL":{"role:tenant1":{"read":true,"write":true}}')) end,
  },
  auth = { ["sign-in"] = sign_in, session = session },
}
works["ours-auth"] = works.auth

function request() return works[peer][work]() end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %.1f %.2f %.2f %d %d", summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
