#!/usr/bin/env bash
# The same commands, by redis-cli, to redisd and to the real redis-server: the replies are compared byte by byte.
# Then what only shows with clients of their own: redis-benchmark, pub/sub, signals and exit codes.
set -uo pipefail
redisd=$1 commands=$2
for tool in redis-cli redis-server redis-benchmark; do
  command -v "$tool" >/dev/null || { echo "skipped: no $tool on this machine (apt-get install redis)"; exit 0; }
done
work=$(mktemp -d)
started=()
trap '{ [ ${#started[@]} = 0 ] || kill -9 "${started[@]}"; wait; } 2>/dev/null; rm -rf "$work"' EXIT
failures=0
fail() { printf 'FAILED: %s\n' "$1"; failures=$((failures + 1)); }

# await SECONDS COMMAND...: until the command succeeds.
await() {
  local seconds=$1 end
  shift
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.05
  done
}

# start NAME FLAG...: sets `port` and `pid` of a redisd.
start() {
  local name=$1
  shift
  "$redisd" --listen=127.0.0.1:0 "$@" >"$work/$name" 2>&1 &
  pid=$!
  started+=("$pid")
  await 60 grep -q listening "$work/$name" || { cat "$work/$name"; echo "FAILED: redisd does not start"; exit 1; }
  port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' "$work/$name")
}
cli() { timeout 120 redis-cli -p "$port" "$@"; }

# --- replies -------------------------------------------------------------------------------------------------------------------
start main
main=$port main_pid=$pid
# A Unix socket: redis-server cannot choose a free port by itself.
redis-server --port 0 --unixsocket "$work/redis.sock" --save '' --appendonly no --dir "$work" >"$work/redis.log" 2>&1 &
started+=($!)
await 60 redis-cli -s "$work/redis.sock" ping || { cat "$work/redis.log"; echo "FAILED: redis-server does not start"; exit 1; }
# TTL says one second less if half a second went by since EXPIRE, as may happen to either on a busy machine: then again.
for attempt in 1 2 3 4 5; do
  cli --no-raw <"$commands" >"$work/ours"
  timeout 120 redis-cli -s "$work/redis.sock" --no-raw <"$commands" >"$work/theirs"
  cmp -s "$work/ours" "$work/theirs" && break
done
if cmp -s "$work/ours" "$work/theirs"; then
  echo "ok: $(wc -l <"$commands") commands, the replies of $(redis-server --version | cut -d' ' -f3), $(wc -c <"$work/ours") bytes"
else
  fail "redisd (>) and redis-server (<) answer differently"
  diff "$work/theirs" "$work/ours" | head -40
fi

# --- redis-benchmark -----------------------------------------------------------------------------------------------------------
for pipelined in 1 16; do
  timeout 300 redis-benchmark -p "$main" --csv -n 2000 -P "$pipelined" -r 1000 \
    -t ping,set,get,incr,lpush,rpush,lpop,rpop,lrange_100,mset >"$work/benchmark" 2>&1
  status=$?
  rows=$(grep -c '^"[A-Z]' "$work/benchmark")
  if [ $status = 0 ] && [ "$rows" -ge 10 ] && ! grep -qiE 'error|warning' "$work/benchmark"; then
    echo "ok: redis-benchmark -P $pipelined, $rows rows without an error"
  else
    fail "redis-benchmark -P $pipelined: exit code $status"
    cat "$work/benchmark"
  fi
done

# --- pub/sub -------------------------------------------------------------------------------------------------------------------
redis-cli -p "$main" subscribe news >"$work/channel" 2>/dev/null &
started+=($!)
redis-cli -p "$main" psubscribe 'n*' >"$work/pattern" 2>/dev/null &
started+=($!)
port=$main
await 60 grep -q 1 "$work/channel" && await 60 grep -q 1 "$work/pattern" || fail "redis-cli subscribe gets no answer"
for i in 1 2 3; do [ "$(cli publish news "message $i")" = 2 ] || fail "PUBLISH does not reach both"; done
await 60 grep -q 'message 3' "$work/channel" && await 60 grep -q 'message 3' "$work/pattern" || fail "a message is lost"
[ "$(tr '\n' ' ' <"$work/channel")" = 'subscribe news 1 message news message 1 message news message 2 message news message 3 ' ] ||
  fail "the subscriber sees $(cat "$work/channel")"
[ "$(tail -4 "$work/pattern" | tr '\n' ' ')" = 'pmessage n* news message 3 ' ] || fail "the pattern sees $(cat "$work/pattern")"
echo "ok: pub/sub through redis-cli"

# --- how it ends ---------------------------------------------------------------------------------------------------------------
# ends WHAT STATUS TEXT COMMAND...: the command's exit code and what it prints.
ends() {
  local what=$1 want=$2 text=$3 got status
  shift 3
  got=$(timeout 60 "$@" 2>&1)
  status=$?
  [ $status = "$want" ] && [[ $got == *"$text"* ]] && echo "ok: $what" || fail "$what: exit code $status, and: $got"
}
ends "a taken port" 1 "redisd: listen tcp 127.0.0.1:$main: bind: address already in use" "$redisd" --listen "127.0.0.1:$main"
ends "an unknown flag" 2 'redisd: there is no flag --prot.' "$redisd" --prot=1
ends "a bad value" 2 'redisd: --idle_timeout cannot be "soon".' "$redisd" --idle_timeout=soon
ends "a value out of range" 2 'redisd: --max_clients must be at least 1.' "$redisd" --max_clients=0
ends "--help" 0 '--max_pending_kib' "$redisd" --help

# stops WHAT PID LOG: it ends by itself, with exit code 0.
stops() {
  wait "$2"
  local status=$?
  [ $status = 0 ] && grep -q 'redisd: stopped' "$work/$3" && echo "ok: $1" || fail "$1: exit code $status, and: $(cat "$work/$3")"
}
kill -TERM "$main_pid"
stops "SIGTERM, with subscribers" "$main_pid" main
start second
cli shutdown >/dev/null 2>&1
stops "SHUTDOWN" "$pid" second
exit $((failures > 0))
