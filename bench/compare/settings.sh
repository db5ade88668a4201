# Settings of the comparison; every one can be set from outside.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(cd "$here/../.." && pwd)
STATE=${STATE:-/tmp/oneplatform-compare}      # packages, databases, results; removing it starts anew
BASE_PORT=${BASE_PORT:-18050}                 # gateway, Directus, Parse Server, Better Auth on the ports from here
CONNECTIONS=${CONNECTIONS:-32} WARM=${WARM:-40} SECONDS_EACH=${SECONDS_EACH:-6} RUNS=${RUNS:-3}
TENANTS=20 ROWS_EACH=5000 USERS=100 COST=${COST:-10}
PASSWORD=plum-Ladder-97-river
TYPES=(note page course lesson quiz product blog_post recording video link)

declare -A PORTS=([ours]=$BASE_PORT [ours-auth]=$BASE_PORT [directus]=$((BASE_PORT + 1)) [parse]=$((BASE_PORT + 2)) [auth]=$((BASE_PORT + 3)))
declare -A DATABASES=([directus]=peer_directus [parse]=peer_parse [auth]=peer_auth)
gateway=http://127.0.0.1:$BASE_PORT
export STATE PASSWORD TENANTS USERS TYPES_TEXT="${TYPES[*]}"
node22=$STATE/node22/node_modules/.bin

url() { echo "http://127.0.0.1:${PORTS[$1]}"; } # NAME
say() { printf '%s %s\n' "$(date +%T)" "$*" >&2; }
fail() { echo "$*" >&2; exit 1; }
sql() { PGPASSWORD=$(cat "$STATE/postgres.password") psql -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(cat "$STATE/postgres.port")" -U postgres "$@"; }
wait_for() { # URL SECONDS
  for _ in $(seq $(($2 * 4))); do curl -s -m 5 -o /dev/null "$1" && return 0; sleep 0.25; done
  fail "$1 did not answer within $2 s."
}
