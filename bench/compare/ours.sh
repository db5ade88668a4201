# OnePlatform as the AppHost runs it, Release build, with its default durability.
. "$(dirname "${BASH_SOURCE[0]}")/settings.sh"

start_ours() {
  say "starting the platform"
  # The limits are checked on every request; only their numbers are out of the load's way. Checkpoints come at production's interval.
  env -u ASPNETCORE_ENVIRONMENT Events__Checkpoints__Interval=00:05:00 Identity__BcryptCost="$COST" Limits__Credential__Requests=60000000 Limits__Credential__Burst=6000000 \
    Limits__Address__Requests=60000000 Limits__Address__Burst=6000000 Identity__Attempts__SignInPerAddress__Limit=100000000 \
    dotnet "$repository/AppHost/bin/Release/net10.0/AppHost.dll" --data "$STATE/data" --port "$BASE_PORT" --no-demo >"$STATE/platform.log" 2>&1 &
  echo $! >"$STATE/platform.pid"
  for _ in $(seq 720); do
    grep -q '^ready ' "$STATE/platform.log" && break
    kill -0 "$(cat "$STATE/platform.pid")" 2>/dev/null || { tail -20 "$STATE/platform.log" >&2; fail "The platform did not start."; }
    sleep 0.25
  done
  grep -q '^ready ' "$STATE/platform.log" || fail "The platform was not ready in three minutes; see $STATE/platform.log"
  awk '$1 == "postgres" && $2 == "ready" { split($3, a, ":"); print a[2] }' "$STATE/platform.log" | head -1 >"$STATE/postgres.port"
  sed -n 's/.*"Parameters:postgres-password": *"\([^"]*\)".*/\1/p' "$STATE/data/secrets.json" >"$STATE/postgres.password"
}

stop_ours() {
  [ -f "$STATE/platform.pid" ] || return 0
  local pid; pid=$(cat "$STATE/platform.pid"); rm -f "$STATE/platform.pid"
  kill -TERM "$pid" 2>/dev/null || return 0
  for _ in $(seq 240); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.25; done
  fail "The platform did not stop within a minute."
}

seed_ours() {
  [ -f "$STATE/ours.seeded" ] || say "seeding the platform: $TENANTS tenants of $ROWS_EACH things"
  GATEWAY=$gateway node "$here/seed-ours.mjs"
  if [ ! -f "$STATE/ours.seeded" ]; then
    local i=0 group
    while read -r group; do
      i=$((i + 1))
      [ "$i" -le "$TENANTS" ] || break
      printf "%s\n" "insert into things (id, group_id, type, name, properties, status, version, created_at, updated_at)
        select (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(r, 1, 3) || '8' || substr(r, 4, 15))::uuid, '$group',
          (string_to_array('$TYPES_TEXT', ' '))[n % ${#TYPES[@]} + 1], 'Thing ' || n,
          jsonb_build_object('serial', 'S' || n, 'floor', n % 40, 'on', n % 2 = 0, 'tags', jsonb_build_array('a', 'b')), 'active', 1, at, at
        from (select n, now() - (n || ' seconds')::interval as at, md5('$group' || n) as r from generate_series(1, $ROWS_EACH) n) rows;"
    done <"$STATE/ours.groups" >"$STATE/seed.sql"
    sql -1 -f "$STATE/seed.sql" ontologydb
    sql -c "vacuum analyze things" ontologydb
    touch "$STATE/ours.seeded"
  fi
  sql -Atc "select id from things where group_id = '$(head -1 "$STATE/ours.groups")' and name like 'Thing %' order by id limit 2000" ontologydb >"$STATE/ours.ids"
}

# Rows that an earlier run created would make later lists longer; the log keeps what it recorded.
reset_ours() {
  sql -c "delete from thing_revisions r using things t where t.id = r.thing_id and t.name like 'New thing %'" \
    -c "delete from things where name like 'New thing %'" -c "vacuum analyze things" ontologydb
}

# Every create has one event, and nothing else has one.
check_recorded() {
  local group made recorded
  group=$(head -1 "$STATE/ours.groups")
  made=$(sql -Atc "select count(*) from things where name like 'New thing %'" ontologydb)
  for _ in $(seq 240); do
    recorded=$(sql -Atc "select count(distinct target_id) from events where group_id = '$group' and type = 'entity_created' and occurred_at >= '$1'" eventsdb)
    [ "$recorded" -ge "$made" ] && break
    sleep 0.5
  done
  [ "$recorded" -eq "$made" ] || fail "$made things were created, $recorded have an event."
  say "$made things created, as many events recorded"
}

indexed() { sql -Atc "select count(*) from thing_states" knowledgedb; }

# What search still takes in of the new things is work of its own, and over before the next figure.
settle_ours() { # INDEXED-BEFORE
  local made; made=$(sql -Atc "select count(*) from things where name like 'New thing %'" ontologydb)
  for _ in $(seq 240); do
    [ $(($(indexed) - $1)) -lt "$made" ] || return 0
    sleep 0.5
  done
  say "search has taken in $(($(indexed) - $1)) of $made new things after two minutes; the next figures are measured beside it"
}
