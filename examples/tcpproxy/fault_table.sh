#!/usr/bin/env bash
# Puts a tcpproxy between real clients and real servers (pgbench and PostgreSQL, redis-benchmark and redis-server), tries each fault, and
# prints what happened as a table; what must not happen makes it fail.
#
#   examples/tcpproxy/fault_table.sh bazel-bin/examples/tcpproxy/tcpproxy
#
# Needs Debian's postgresql, redis and python3.
set -uo pipefail
tcpproxy=$1
here=$(dirname "$0")
# shellcheck source=testing.sh
source "$here/testing.sh"

pg=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
for tool in "${pg:-/usr/lib/postgresql}/pgbench" redis-server redis-benchmark redis-cli python3; do
  if ! command -v "$tool" >/dev/null; then
    echo "skipped: $tool is not installed (Debian: postgresql, redis, python3)"
    exit 0
  fi
done

if ! id -un >/dev/null 2>&1 || { [[ $(id -u) == 0 ]] && ! id postgres >/dev/null 2>&1; }; then
  echo "skipped: PostgreSQL needs a user with a name, and as root the user postgres"
  exit 0
fi

# PostgreSQL refuses to be root.
PATH+=:/usr/sbin:/sbin  # runuser's
as_owner() { if [[ $(id -u) == 0 ]]; then runuser -u postgres -- "$@"; else "$@"; fi; }

start_postgres() {
  mkdir "$tmp/pg"
  if [[ $(id -u) == 0 ]]; then chown postgres "$tmp/pg"; fi
  (cd "$tmp/pg" && as_owner "$pg/initdb" -D "$tmp/pg/data" -U postgres -A trust --no-sync) >"$tmp/initdb.out" 2>&1 || { cat "$tmp/initdb.out"; fail initdb; exit 1; }
  # A socket in a folder of our own: no port that somebody else could have. TCP is the proxy's.
  trap 'as_owner "$pg/pg_ctl" -D "$tmp/pg/data" -m immediate stop >/dev/null 2>&1; clean_up' EXIT
  (cd "$tmp/pg" && as_owner "$pg/pg_ctl" -D "$tmp/pg/data" -l "$tmp/pg/log" -t 120 -w -o "-k $tmp/pg -c listen_addresses= -c fsync=off" start) >"$tmp/pg.out" 2>&1 ||
    { cat "$tmp/pg.out" "$tmp/pg/log"; fail "pg_ctl start"; exit 1; }
  as_owner "$pg/pgbench" -h "$tmp/pg" -U postgres -i -s 1 -q postgres >"$tmp/pgbench.out" 2>&1 || { cat "$tmp/pgbench.out"; fail "pgbench -i"; exit 1; }
}
sql() { as_owner "$pg/psql" -h "$tmp/pg" -U postgres -qAt -c "$1" postgres; }

start_redis() {
  local try
  for try in 1 2 3 4 5; do
    redis_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --dir "$tmp" >"$tmp/redis.out" 2>&1 &
    redis=$!
    started+=("$redis")
    wait_for redis_decided
    kill -0 "$redis" 2>/dev/null && return
  done
  fail "redis-server does not start: $(tail -n 3 "$tmp/redis.out")"
  exit 1
}
redis_decided() { grep -q 'Ready to accept' "$tmp/redis.out" || ! kill -0 "$redis"; }

# begin TO FLAG...: a proxy, and what it consists of before anybody came.
begin() {
  start_proxy --to="$@" --fault_seed=20261124
  ask_counters
  base="$(counter goroutines) $(counter fds)"
}
# end: it comes back to what it was, and stops.
end() {
  wait_for at_rest "$base"
  stop_proxy
}
row() { printf '| %s | %s | %s | %s |\n' "$@"; }
faults_of() { [[ $# == 0 ]] && echo none || echo "\`$*\`"; }

# pgbench_row clean|cut FLAG...: 8 clients, 100 transactions each. clean: no client may notice anything; cut: some must. In any case a
# transaction that a client was told of is in the table, and at most one more for each client that was cut off.
pgbench_row() {
  local clean=$1 before rows told status cut
  shift
  begin "$tmp/pg/.s.PGSQL.5432" "$@"
  before=$(sql 'select count(*) from pgbench_history')
  as_owner "$pg/pgbench" -n -h 127.0.0.1 -p "${address##*:}" -U postgres -c 8 -j 2 -t 100 postgres >"$tmp/pgbench.out" 2>&1
  status=$?
  told=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$tmp/pgbench.out")
  told=${told:-0}
  cut=$(grep -cE 'client [0-9]+ aborted|connection to server .* failed' "$tmp/pgbench.out")
  end
  rows=$(($(sql 'select count(*) from pgbench_history') - before))
  if [[ $clean == clean && ($status != 0 || $told != 800 || $cut != 0) ]]; then fail "pgbench with $*: status $status: $(cat "$tmp/pgbench.out")"; fi
  if [[ $clean == cut && ($status == 0 || $cut == 0) ]]; then fail "pgbench with $*: no client was cut off: $(cat "$tmp/pgbench.out")"; fi
  ((rows >= told && rows <= told + cut)) || fail "pgbench with $*: $told acknowledged, $rows in the table"
  row "$(faults_of "$@")" "pgbench, 8 clients" "$told of 800 transactions acknowledged; $cut clients cut off" "$rows rows: none lost"
}

# redis_row REQUESTS FLAG...: redis-benchmark notices nothing, and every INCR has counted.
redis_row() {
  local requests=$1 value
  shift
  begin "127.0.0.1:$redis_port" "$@"
  redis-cli -p "$redis_port" flushall >/dev/null
  if ! redis-benchmark -h 127.0.0.1 -p "${address##*:}" -c 20 -P 4 -n "$requests" -q -t set,get,incr,lpush,lrange_100 >"$tmp/redis-benchmark.out" 2>&1 ||
    grep -qi error "$tmp/redis-benchmark.out"; then
    fail "redis-benchmark with $*: $(cat "$tmp/redis-benchmark.out")"
  fi
  end
  value=$(redis-cli -p "$redis_port" get counter:__rand_int__)
  ((value >= requests)) || fail "redis-benchmark with $*: $requests times INCR, and the value is $value"
  row "$(faults_of "$@")" "redis-benchmark, 20 clients" "$requests of $requests requests of each kind answered; no error" "INCR: $value"
}

# reconnect_row FLAG...: clients that connect again when they are cut off.
reconnect_row() {
  local acknowledged cut_off value
  begin "127.0.0.1:$redis_port" "$@"
  redis-cli -p "$redis_port" flushall >/dev/null
  python3 "$here/incr_client.py" "$address" n 20000 >"$tmp/incr.out" || fail "incr_client.py with $*"
  read -r acknowledged cut_off < <(sed 's/[a-z_]*=//g' "$tmp/incr.out")
  end
  value=$(redis-cli -p "$redis_port" get n)
  ((acknowledged == 20000 && cut_off > 0 && value >= acknowledged && value <= acknowledged + cut_off)) ||
    fail "incr_client.py with $*: $acknowledged acknowledged, $cut_off times cut off, and the value is $value"
  row "$(faults_of "$@")" "INCR, 8 clients that connect again" "$acknowledged acknowledged; $cut_off times cut off" "INCR: $value: none lost"
}

start_postgres
start_redis
row fault client "what it saw" "what the server has"
row --- --- --- ---
pgbench_row clean
pgbench_row clean --fault_slice=3
pgbench_row clean --fault_stall=5ms,0.05
pgbench_row clean --fault_slice=16 --fault_stall=1ms,0.02
pgbench_row cut --fault_reset=0.5
redis_row 20000
redis_row 2000 --fault_slice=3
redis_row 2000 --fault_stall=5ms,0.05
redis_row 2000 --fault_slice=16 --fault_stall=1ms,0.02
reconnect_row --fault_reset=0.5
reconnect_row --fault_reset=1 --fault_slice=3
exit $((failures > 0))
