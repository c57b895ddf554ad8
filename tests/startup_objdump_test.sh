#!/usr/bin/env bash
# The walk of the text on a program of ours: objdump shows the entry address, the jumps, and the four stores of rt0_go.
# Prints what it looks at, so that the test's log is a transcript to compare with a Go program's.
#
#   startup_objdump_test.sh PROGRAM
set -euo pipefail

readonly program=$1

fail() {
  echo "FAIL $*"
  exit 1
}

command -v objdump >/dev/null || { echo "skipped: objdump is not installed"; exit 0; }

# Instructions of one function as "mnemonic operands", comments dropped and blanks made one.
instructions() {
  objdump -d --no-show-raw-insn --disassemble="$1" "$program" |
    sed -nE 's/^ *[0-9a-f]+:\s+//p' | sed -E 's/\s*#.*//; s/\s+/ /g; s/ $//'
}

# Checks that the instructions on stdin begin with the patterns given, one each.
begins_with() {
  local pattern line
  for pattern in "$@"; do
    read -r line || fail "code ends where '$pattern' should come"
    [[ $line =~ ^$pattern$ ]] || fail "'$line' stands where '$pattern' should"
  done
}

echo "\$ objdump -f $(basename "$program")"
objdump -f "$program" | tail -n +2
start=$(objdump -f "$program" | sed -nE 's/^start address 0x([0-9a-f]+).*/\1/p')

short=$(sed 's/^0*//' <<<"$start")
echo "\$ objdump -d $(basename "$program") | grep $short"
objdump -d --disassemble=_rt0_amd64_linux "$program" | grep "^ *0*$short" || true
objdump -d --disassemble=_rt0_amd64_linux "$program" | grep -q "^$start <_rt0_amd64_linux>:$" ||
  fail "the start address $start is not _rt0_amd64_linux"

for function in _rt0_amd64_linux _rt0_amd64 runtime.rt0_go; do
  echo "\$ objdump -d --disassemble=$function"
  objdump -d --no-show-raw-insn --disassemble="$function" "$program" | sed -n '/>:$/,/^$/p'
done

# The chain: two jumps, and nothing on the way but argc and argv.
instructions _rt0_amd64_linux | begins_with 'jmp [0-9a-f]+ <_rt0_amd64>'
instructions _rt0_amd64 |
  begins_with 'mov (0x0)?\(%rsp\),%rdi' 'lea 0x8\(%rsp\),%rsi' 'jmp [0-9a-f]+ <runtime\.rt0_go>'

# rt0_go's frame and stores, in order; what lies between them is ours (the startup record) and not looked at.
instructions runtime.rt0_go | grep -E '^sub|^and|\(%rsp\)$|\(%rsp\),%rbx|\(%rdi\)$' |
  begins_with 'sub \$0x28,%rsp' 'and \$0xfffffffffffffff0,%rsp' 'mov %rax,0x18\(%rsp\)' 'mov %rbx,0x20\(%rsp\)' \
    'lea -0xff98\(%rsp\),%rbx' 'mov %rbx,0x10\(%rdi\)' 'mov %rbx,0x18\(%rdi\)' 'mov %rbx,\(%rdi\)' 'mov %rsp,0x8\(%rdi\)'
objdump -d --disassemble=runtime.rt0_go "$program" | grep -q 'lea .*%rdi.*<runtime\.g0>' ||
  fail "rdi is not runtime.g0 in runtime.rt0_go"

echo "PASS: $start is _rt0_amd64_linux -> _rt0_amd64 -> runtime.rt0_go, and g0 is made as the text says"
