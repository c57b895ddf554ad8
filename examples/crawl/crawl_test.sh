#!/usr/bin/env bash
# crawl on a site of known pages: what it prints, what the site was asked for, and how it ends.  Usage: crawl_test.sh CRAWL SITE.PY
set -uo pipefail
crawl=$1 site_py=$2
if ! command -v python3 >/dev/null; then
  echo "skipped: python3 is not installed"
  exit 0
fi
tmp=$(mktemp -d)
# shellcheck disable=SC2317
clean_up() {
  [[ -n ${site_PID:-} ]] && kill "$site_PID" 2>/dev/null
  rm -rf "$tmp"
}
trap clean_up EXIT
coproc site { exec python3 "$site_py" 2>"$tmp/site.err"; }
# bash forgets a coprocess, with its descriptors, once it has ended.
exec 7<&"${site[0]}" 8>&"${site[1]}"
eval "exec ${site[0]}<&- ${site[1]}>&-"
if ! read -r port <&7; then
  echo "the site does not start: $(cat "$tmp/site.err")"
  exit 1
fi
home=http://127.0.0.1:$port
failures=0

# expect STATUS TEXT ARGUMENT...: what crawl prints, with HOME for the site, without times and the blanks between columns.
expect() {
  local status=$1 text=$2 got
  shift 2
  "$crawl" "$@" >"$tmp/out" 2>&1
  got="$? $(sed -e '/^crawl: [0-9]* pages of/d' -e "s,$home,HOME,g" -e 's/ *[0-9.]*s$/ TIME/' -e 's, *[0-9.]*s \(HOME\|http\), \1,' -e 's/^\([-0-9]*\)  */\1 /' "$tmp/out")"
  if [[ $got != "$status $text" ]]; then
    printf 'FAILED: crawl %s: got\n%s\ninstead of\n%s\n' "$*" "$got" "$status $text"
    failures=$((failures + 1))
  fi
}

see='See crawl --help.'
expect 2 "crawl: --urls must say where to begin, as in --urls=http://127.0.0.1:8000/. $see"
expect 2 "crawl: --urls: \"ftp://x/\" does not begin with http://. $see" --urls=ftp://x/
expect 2 "crawl: --parallel must be at least 1. $see" --urls="$home" --parallel=0
expect 2 "crawl: --depth must not be below 0. $see" --urls="$home" --depth=-1
expect 2 "crawl: --timeout must be above 0. $see" --urls="$home" --timeout=0

expect 0 '200 106 HOME/
1 pages, 0 failed, 106 bytes, TIME' --urls="$home" --depth=0 --timeout=100s
expect 1 '200 106 HOME/
200 82 HOME/a
200 8 HOME/b
200 28 HOME/deep/c?x=1&y=2
404 8 HOME/missing
302 0 HOME/moved
6 pages, 1 failed, 232 bytes, TIME' --urls="$home,$home/" --depth=5 --timeout=100s
expect 0 "200 234 HOME/many
$(for i in 0 1 2 3 4 5 6 7 8; do echo "200 8 HOME/together/$i"; done)
10 pages, 0 failed, 306 bytes, TIME" --urls="$home/many" --parallel=3 --timeout=100s
expect 1 '--- 0 HOME/hang: context deadline exceeded
1 pages, 1 failed, 0 bytes, TIME' --urls="$home/hang" --timeout=1s
expect 1 '--- 0 http://127.0.0.1:1/: dial tcp 127.0.0.1:1: connect: connection refused
1 pages, 1 failed, 0 bytes, TIME' --urls=http://127.0.0.1:1/

exec 8>&-  # the site ends, and says what it has seen
grep -v /hang <&7 >"$tmp/seen"  # asked for in time or not
diff "$tmp/seen" - <<'END' || failures=$((failures + 1))
2 /
1 /a
1 /b
1 /deep/c?x=1&y=2
1 /many
1 /missing
1 /moved
1 /together/0
1 /together/1
1 /together/2
1 /together/3
1 /together/4
1 /together/5
1 /together/6
1 /together/7
1 /together/8
at most 3 at once
END
exit $((failures > 0))
