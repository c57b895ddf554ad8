#!/usr/bin/env bash
# own_code_test.sh TLSLINT FILE...: nothing is found in the files; of those only archives and objects are looked at.
set -uo pipefail
readonly tlslint=$1
shift
files=()
for file in "$@"; do
  [[ $file != *.a && $file != *.o ]] || files+=("$file")
done
if ! command -v objdump >/dev/null; then
  echo "skipped: no objdump on this machine (it is in Debian's binutils)"
  exit 0
fi
if [ "${#files[@]}" = 0 ]; then
  echo "FAILED: no archive among: $*"
  exit 1
fi
printf '%s\n' "${files[@]}"
"$tlslint" "${files[@]}"
