# The peers, on the PostgreSQL that the platform runs on.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

stop_process() { # NAME
  [ -f "$STATE/$1.pid" ] || return 0
  local pid; pid=$(cat "$STATE/$1.pid"); rm -f "$STATE/$1.pid"
  kill -TERM "$pid" 2>/dev/null || return 0
  for _ in $(seq 80); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.25; done
  kill -KILL "$pid" 2>/dev/null || true
}

database() { [ "$(sql -Atc "select 1 from pg_database where datname = '$1'" postgres)" = 1 ] || sql -c "create database $1" postgres; }
has_table() { [ "$(sql -Atc "select to_regclass('$2') is not null" "$1")" = t ]; } # DATABASE TABLE
run_peer() { local name=$1; shift; (cd "$STATE/$name" && exec "$@") >"$STATE/$name.log" 2>&1 & echo $! >"$STATE/$name.pid"; }

start_peer() { # directus | parse | auth
  local name=$1 port=${PORTS[$1]} database=${DATABASES[$1]}
  say "starting $name"
  database "$database"
  export NODE_ENV=production PORT=$port HOST=127.0.0.1 URL=$(url "$1") \
    DATABASE_URL="postgres://postgres:$(cat "$STATE/postgres.password")@127.0.0.1:$(cat "$STATE/postgres.port")/$database"
  "start_$name" "$port" "$database"
}

start_directus() {
  export PUBLIC_URL=$URL DB_CLIENT=pg DB_HOST=127.0.0.1 DB_PORT=$(cat "$STATE/postgres.port") DB_DATABASE=$2 DB_USER=postgres DB_POOL__MIN=0 DB_POOL__MAX=10 \
    DB_PASSWORD="$(cat "$STATE/postgres.password")" SECRET=compare-secret-compare-secret-compare KEY=compare ADMIN_EMAIL=admin@example.com \
    ADMIN_PASSWORD=$PASSWORD ADMIN_TOKEN=compare-admin CACHE_ENABLED=false TELEMETRY=false LOG_LEVEL=silent SERVE_APP=false \
    RATE_LIMITER_ENABLED=false PRESSURE_LIMITER_ENABLED=false
  (cd "$STATE/directus" && { has_table "$2" directus_settings || PATH=$node22:$PATH node node_modules/directus/cli.js bootstrap; } >"$STATE/directus.bootstrap.log" 2>&1) ||
    { tail -20 "$STATE/directus.bootstrap.log" >&2; exit 1; }
  run_peer directus "$node22/node" node_modules/directus/cli.js start
  wait_for "$URL/server/ping" 120
  if ! has_table "$2" things; then
    node "$here/seed-directus.mjs"
    sql "$2" <<Q
insert into things (id, group_id, type, name, properties, created_at)
select gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad((n % $TENANTS + 1)::text, 12, '0'))::uuid, (string_to_array('$TYPES_TEXT', ' '))[(n / $TENANTS) % ${#TYPES[@]} + 1],
  'Thing ' || n, json_build_object('serial', 'S' || n, 'floor', n % 40, 'on', n % 2 = 0, 'tags', json_build_array('a', 'b')), now() - (n || ' seconds')::interval
from generate_series(1, $((TENANTS * ROWS_EACH))) n;
create index things_group_type on things (group_id, type);
vacuum analyze things;
Q
  fi
  [ -z "${INDEXED:-}" ] || sql -c "create index if not exists things_order on things (group_id, type, created_at)" "$2"
  sql -c "delete from things where name like 'New thing %'" -c "truncate directus_activity, directus_revisions cascade" -c "vacuum analyze things" "$2"
  sql -Atc "select id from things where group_id = '00000000-0000-4000-8000-000000000001' order by id limit 2000" "$2" >"$STATE/directus.ids"
}

start_parse() {
  run_peer parse node "$here/parse.cjs"
  wait_for "$URL/parse/health" 60
  if ! has_table "$2" '"Thing"'; then
    node "$here/seed-parse.mjs"
    sql "$2" <<Q
insert into "Thing" ("objectId", "createdAt", "updatedAt", "group", type, name, properties, _rperm, _wperm)
select substr(md5(n::text), 1, 10), now() - (n || ' seconds')::interval, now(), 'g' || (n % $TENANTS + 1), (string_to_array('$TYPES_TEXT', ' '))[(n / $TENANTS) % ${#TYPES[@]} + 1],
  'Thing ' || n, jsonb_build_object('serial', 'S' || n, 'floor', n % 40, 'on', n % 2 = 0, 'tags', jsonb_build_array('a', 'b')),
  array['role:tenant' || (n % $TENANTS + 1)], array['role:tenant' || (n % $TENANTS + 1)]
from generate_series(1, $((TENANTS * ROWS_EACH))) n on conflict do nothing;
vacuum analyze "Thing";
Q
  fi
  [ -z "${INDEXED:-}" ] || sql -c 'create index if not exists thing_order on "Thing" ("group", type, "createdAt")' "$2"
  sql -c "delete from \"Thing\" where name like 'New thing %'" -c 'vacuum analyze "Thing"' "$2"
  sql -Atc "select \"objectId\" from \"Thing\" where \"group\" = 'g1' order by 1 limit 2000" "$2" >"$STATE/parse.ids"
}

start_auth() {
  export COST
  (cd "$STATE/auth" && node "$here/auth.mjs" seed) || fail "Better Auth was not seeded."
  run_peer auth node "$here/auth.mjs" serve
  wait_for "$URL/api/auth/ok" 60
}
