# For scripts that drive a tcpproxy: sourced, with $tcpproxy its path. Makes $tmp, and removes it, and what was started, at the end.
tmp=$(mktemp -d /tmp/tcpproxy.XXXXXX)
chmod 755 "$tmp"
started=()
# shellcheck disable=SC2317
clean_up() {
  kill -9 "${started[@]}" 2>/dev/null
  wait 2>/dev/null
  rm -rf "$tmp"
}
trap clean_up EXIT
failures=0

fail() {
  failures=$((failures + 1))
  echo "FAILED: $*" >&2
}

# wait_for COMMAND...: until it succeeds; gives up, and ends the script, after a minute.
wait_for() {
  local tries
  for ((tries = 0; tries < 1200; tries++)); do
    "$@" >/dev/null 2>&1 && return
    sleep 0.05
  done
  fail "waited a minute for: $*"
  exit 1
}

# start_proxy FLAG...: sets $proxy, its process, and $address, where it listens.
start_proxy() {
  : >"$tmp/proxy.out"
  "$tcpproxy" "$@" >"$tmp/proxy.out" 2>"$tmp/proxy.err" &
  proxy=$!
  started+=("$proxy")
  wait_for grep -q -- '->' "$tmp/proxy.out"
  address=$(sed -n 's/^tcpproxy: \(.*\) -> .*/\1/p' "$tmp/proxy.out")
}

# counter NAME: the number that the last line of counters says.
counter() { sed -n "s/.* $1=\([0-9-]*\).*/\1/p" <<<" $(grep accepted= "$tmp/proxy.out" | tail -n 1)"; }

# ask_counters: has the proxy print its counters, and waits for them.
ask_counters() {
  local before
  before=$(grep -c accepted= "$tmp/proxy.out")
  kill -USR1 "$proxy"
  wait_for counted_since "$before"
}
counted_since() { [[ $(grep -c accepted= "$tmp/proxy.out") -gt $1 ]]; }
at_rest() { ask_counters && [[ $(counter active) == 0 && "$(counter goroutines) $(counter fds)" == "$1" ]]; }

# stop_proxy: by SIGTERM; it must end with 0.
stop_proxy() {
  kill -TERM "$proxy"
  wait "$proxy" || fail "the proxy ended with $?: $(cat "$tmp/proxy.err")"
}
