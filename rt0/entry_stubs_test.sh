#!/usr/bin/env bash
# The entry chain of an architecture that this machine is not: assembled by gcc and by clang, linked in three forms, its
# code compared with what the text tells of the chain, and run under an emulator up to mstart.
#
#   entry_stubs_test.sh ARCH        arm64 or riscv64
#
# Cross compilers and emulators that are missing are named and skipped; .ci/run installs the compilers.
set -uo pipefail

readonly arch=$1
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/entry_stubs.XXXXXX")
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  echo "FAIL $*"
  failures=$((failures + 1))
}

# What to look for, in objdump's words. CHAIN: function, then its instructions, to the end. STORES: some of rt0_go's, in order.
case $arch in
  arm64)
    readonly machine=aarch64
    readonly linux_chain=('b [0-9a-f]+ <_rt0_arm64>')
    readonly arch_chain=('mov x2, x0' 'ldr x0, \[sp\]' 'add x1, sp, #0x8' 'b [0-9a-f]+ <runtime\.rt0_go>')
    readonly interesting='^sub|sp|\[x11'
    readonly stores=('mov x9, sp' 'sub sp, sp, #0x20' 'str w0, \[sp, #8\]' 'str x1, \[sp, #16\]' 'mov x9, sp'
      'sub x12, x9, #0x10, lsl #12' 'str x12, \[x11, #16\]' 'str x12, \[x11, #24\]' 'str x12, \[x11\]' 'str x9, \[x11, #8\]')
    ;;
  riscv64)
    readonly machine=riscv64
    readonly linux_chain=('j [0-9a-f]+ <_rt0_riscv64>')
    readonly arch_chain=('mv a2,a0' 'ld a0,0\(sp\)' 'addi? a1,sp,8' 'j [0-9a-f]+ <runtime\.rt0_go>')
    readonly interesting='sp|\(t1\)'
    readonly stores=('sd sp,0\(t0\)' 'addi? sp,sp,-24' 'andi? sp,sp,-16' 'sw a0,8\(sp\)' 'sd a1,16\(sp\)' 'sub t2,sp,t2'
      'sd t2,16\(t1\)' 'sd t2,24\(t1\)' 'sd t2,0\(t1\)' 'sd sp,8\(t1\)')
    ;;
  *)
    echo "entry_stubs_test.sh: unknown architecture '$arch'; arm64 and riscv64 are known"
    exit 1
    ;;
esac
readonly cross=$machine-linux-gnu
readonly sources=(rt0_linux rt0 rt0_go hosted freestanding)

if ! command -v "$cross-g++" >/dev/null; then
  echo "skipped: $cross-g++ is not installed (Debian: g++-$cross)"
  exit 0
fi

# ---- Headers -----------------------------------------------------------------------------------------------------------

includes=(-I"$work/generated")
while IFS= read -r folder; do
  includes+=(-I"${folder%/gort}")
done < <(find . -follow -type d -path '*/_virtual_includes/*/gort' -prune)

# generate SOURCE HEADER: what the asm_offsets rule does, with the cross compiler.
generate() {
  "$cross-g++" -std=c++20 -O1 "${includes[@]}" -c "$1" -o "$work/offsets.o" || exit 1
  mkdir -p "$work/generated/$(dirname "$2")"
  tr '\000' '\n' <"$work/offsets.o" | LC_ALL=C grep -a '^@gort ' |
    LC_ALL=C awk -v form=header -v label=entry_stubs_test -v guard=GUARD_"$(basename "$2" .h)" -v file="$2" \
      -f gstruct/offsets.awk >"$work/generated/$2" || exit 1
}
generate gstruct/offsets.offsets.cc gort/gstruct/go_asm.h
generate rt0/rt0_asm.offsets.cc gort/rt0/rt0_asm.h

# ---- Code --------------------------------------------------------------------------------------------------------------

# Instructions of one function as "mnemonic operands": comments dropped, blanks made one.
instructions() {
  "$cross-objdump" -d --no-show-raw-insn --disassemble="$1" "$2" |
    sed -nE 's/^ *[0-9a-f]+:\s+//p' | sed -E 's/\s*(\/\/|#\s).*//; s/\s+/ /g; s/ $//'
}

# expect WHAT PATTERN...: the lines on stdin begin with these patterns, one each.
expect() {
  local what=$1 pattern line
  shift
  for pattern in "$@"; do
    read -r line || line="(the end)"
    if ! [[ $line =~ ^$pattern$ ]]; then
      echo "in $what, '$line' stands where '$pattern' should"
      return 1
    fi
  done
  ! read -r line || [[ $what == *rt0_go* ]] || { echo "in $what, '$line' is one too many"; return 1; }
}

check_code() {
  local program=$1 start
  start=$("$cross-objdump" -f "$program" | sed -nE 's/^start address 0x([0-9a-f]+).*/\1/p')
  "$cross-objdump" -d --disassemble="_rt0_${arch}_linux" "$program" | grep -q "^$start <_rt0_${arch}_linux>:$" ||
    { echo "the start address $start is not _rt0_${arch}_linux"; return 1; }
  # Padding between functions belongs to none, but objdump shows it: only what has a symbol's size is asked for.
  instructions "_rt0_${arch}_linux" "$program" | grep -vE '^(nop|udf|unimp|\.\.\.)' | expect "_rt0_${arch}_linux" "${linux_chain[@]}" &&
    instructions "_rt0_$arch" "$program" | grep -vE '^(nop|udf|unimp|\.\.\.)' | expect "_rt0_$arch" "${arch_chain[@]}" &&
    instructions runtime.rt0_go "$program" | grep -E "$interesting" | expect runtime.rt0_go "${stores[@]}"
}

# ---- Running -----------------------------------------------------------------------------------------------------------

run() {
  local program=$1 status
  if ! command -v "qemu-$machine" >/dev/null; then
    echo "skipped: running it, for qemu-$machine is not installed (Debian: qemu-user)"
    return 0
  fi
  "qemu-$machine" -L "/usr/$cross" "$program" a b
  status=$?
  [[ $status -eq 42 ]] || { echo "status $status instead of 42"; return 1; }
}

# try ASSEMBLER...: all forms with the stubs assembled by it.
try() {
  local name=$1 source form link
  local objects=()
  for source in "${sources[@]}"; do
    if ! "$@" "${includes[@]}" -c "rt0/$arch/${source}_$arch.S" -o "$work/$source.o"; then
      fail "$*: could not assemble rt0/$arch/${source}_$arch.S"
      return
    fi
  done
  objects=("$work/rt0_linux.o" "$work/rt0.o" "$work/rt0_go.o")
  for form in freestanding static pie; do
    case $form in
      freestanding) link=(-nostdlib -static -no-pie "$work/freestanding.o" "$work/program.o") ;;
      static) link=(-static -no-pie -Wl,--wrap=__libc_start_main "$work/hosted.o" "$work/program_hosted.o") ;;
      pie) link=(-pie -Wl,--wrap=__libc_start_main "$work/hosted.o" "$work/program_hosted.o") ;;
    esac
    if ! "$cross-g++" -Wl,-e,"_rt0_${arch}_linux" "${objects[@]}" "${link[@]}" -o "$work/$form"; then
      fail "$*, $form: could not be linked"
    elif ! check_code "$work/$form"; then
      fail "$*, $form: the code is not the chain, see above"
    elif ! run "$work/$form"; then
      fail "$*, $form: the chain did not run as it should, see above"
    else
      echo "ok   $name, $form"
    fi
  done
}

program=(rt0/entry_stubs_test_program.cc -std=c++20 -Wall -Wextra -Werror -O2 -fPIE -fno-exceptions -fno-rtti
  -fno-stack-protector "${includes[@]}" -c)
"$cross-g++" "${program[@]}" -o "$work/program.o" || exit 1
"$cross-g++" "${program[@]}" -DGORT_HOSTED -o "$work/program_hosted.o" || exit 1

try "$cross-gcc"
if command -v clang >/dev/null; then
  try clang "--target=$cross"
else
  echo "skipped: clang is not installed"
fi

echo "The chain, as linked by the last compiler:"
for function in "_rt0_${arch}_linux" "_rt0_$arch" runtime.rt0_go; do
  "$cross-objdump" -d --no-show-raw-insn --disassemble="$function" "$work/freestanding" | sed -n '/>:$/,/^$/p'
done
[[ $failures -eq 0 ]]
