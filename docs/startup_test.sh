#!/usr/bin/env bash
# Repeats every command of docs/startup.md and compares what it prints with what the document shows.
#
#   startup_test.sh DOCUMENT GDB_FILE HELLO FREESTANDING_HELLO
#
# A block that begins with ```console is a session: lines "$ COMMAND" (continued after a backslash), lines "(gdb) COMMAND" for
# the gdb that the command starts, and output. Each line of output must come, and in this order; the document may leave lines
# out, and "..." stands for the rest of a line. Addresses and other numbers of five or more hexadecimal digits are the
# machine's own and not compared. Go's half needs the Go of the document. The commands of a tool that is missing are skipped,
# with a sentence.
set -uo pipefail

readonly document=$PWD/$1 gdb_file=$PWD/$2 hello=$PWD/$3 freestanding=$PWD/$4
readonly go_of_document="go1.19"
work=$(mktemp -d "${TEST_TMPDIR:-/tmp}/startup_md.XXXXXX")
trap 'rm -rf "$work"' EXIT

cp "$gdb_file" "$work/startup.gdb"
# Without debug information, which -c dbg has: gdb would show source lines, as it would Go's without -w.
strip -g -o "$work/hello" "$hello" && strip -g -o "$work/freestanding_hello" "$freestanding" || exit 1
cd "$work" || exit 1
export HOME=$work LC_ALL=C  # the go command wants a HOME for its cache; output in English

have_go=no
if command -v go >/dev/null; then
  if [[ $(go version) == *" $go_of_document"* ]]; then
    printf 'package main\n\nfunc main() {}\n' >main.go
    go build -ldflags=-w -o gomain main.go && have_go=yes
  else
    echo "skipped: Go's sessions, for the document has them from $go_of_document and this is $(go version)"
  fi
else
  echo "skipped: Go's sessions, for go is not installed"
fi

compared=0
failures=0
command=""

# Takes the machine and the build out of a line: addresses, displacements, folders, the numbers of threads and frames, blanks.
normalise() {
  sed -E -e 's|/[^ ]*/([a-z_]+)$|\1|' \
    -e 's/-?0x[0-9a-f]+\(%rip\)/@(%rip)/g' -e 's/0x0*[1-9a-f][0-9a-f]{4,}/@/g' -e 's/( at| address) 0x[0-9a-f]+/\1 @/' \
    -e 's/(^|[ #])[0-9a-f]{16} </\1</g' -e 's/(^| )[0-9a-f]{4,16}( <|:)/\1@\2/g' -e 's/^@ </</' \
    -e 's/^Thread [0-9]+ "[a-z_]+" hit //' -e 's/^#[0-9]+ /# /' -e 's/\s+/ /g' -e 's/^ //; s/ $//'
}

# may_run COMMAND: whether its tools are here.
may_run() {
  local tool=${1%% *}
  [[ $1 != *gomain* || $have_go == yes ]] || return 1
  command -v "$tool" >/dev/null && return
  [[ ${missing:=} == *" $tool "* ]] || echo "skipped: the commands with $tool, which is not installed"
  missing+=" $tool "
  return 1
}

# Runs the command that the document showed, with the lines that it typed into gdb, and compares.
finish_command() {
  [[ -n $command ]] || return
  if may_run "$command"; then
    local run=$command
    [[ $command != gdb* ]] || run="timeout 120 $command -batch -x typed"
    eval "$run" </dev/null >output 2>errors
    if [[ -s errors && ! -s output ]]; then
      echo "FAIL \$ $command: it printed only:"
      cat errors
      failures=$((failures + 1))
    elif ! awk -v command="$command" '
        NR == FNR { want[++wanted] = $0; next }
        {
          if (at == wanted) next
          line = want[at + 1]
          dots = index(line, "...")
          if (dots > 0 ? substr($0, 1, dots - 1) == substr(line, 1, dots - 1) : $0 == line) at++
        }
        END {
          if (at == wanted) exit 0
          print "FAIL $ " command ": after the first " at + 0 " lines of the document this one does not come:"
          print "     " want[at + 1]
          exit 1
        }' <(normalise <expected | grep -vxE '(\.\.\.)?') <(normalise <output); then
      echo "     It printed:"
      cat output errors
      failures=$((failures + 1))
    else
      echo "ok   \$ $command"
      compared=$((compared + 1))
    fi
  fi
  command=""
}

in_session=no
while IFS= read -r line; do
  case $in_session$line in
    'no```console') in_session=yes ;;
    no*) ;;
    'yes```') finish_command; in_session=no ;;
    'yes$ '*)
      finish_command
      command=${line#'$ '}
      : >typed
      : >expected
      ;;
    yes*)
      if [[ $command == *\\ ]]; then
        command=${command%\\}${line#"${line%%[! ]*}"}
      elif [[ $line == '(gdb) '* ]]; then
        echo "${line#'(gdb) '}" >>typed
      else
        echo "$line" >>expected
      fi
      ;;
  esac
done <"$document"

echo "$compared commands print what the document shows; $failures do not"
if [[ $compared -eq 0 && $failures -eq 0 ]]; then
  echo "skipped: none of the document's tools is installed"
fi
[[ $failures -eq 0 ]]
