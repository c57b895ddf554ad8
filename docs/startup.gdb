# Settings and one command for the walk in docs/startup.md:  gdb -q -nx -x docs/startup.gdb PROGRAM

set pagination off
set width 0
set print thread-events off
# Go's names have a dot in them: gdb's demangler would take runtime.check for something else and print runtime[check].
set print demangle off
# Types such as long without debug information.
set language c

define to
  tbreak *&'$arg0'
  continue
end
document to
to SYMBOL: run on to the first instruction of SYMBOL, which may have a dot in its name.
end
