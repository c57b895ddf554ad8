#include "gort/runtime/guest/guest.h"

#include <cstddef>

#include "gort/runtime/debug/traceback.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/group/join.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/thread/thread.h"

namespace gort {

namespace runtime {
namespace {

// The command line, for the scheduler's start. Written once, before main.
int guest_argc = 0;
char** guest_argv = nullptr;

void GuestStart() {
  guestargs(guest_argc, guest_argv);
  InstallTraceback();
  InstallPanicHandler();
}

// glibc calls constructors with main's arguments. In a program with our entry point this does nothing that rt0 does not do
// again: gueststart is not asked there. Before the program's own constructors, which may start goroutines: 101 is the first
// priority that is not the implementation's.
[[gnu::constructor(101)]] void Remember(int argc, char** argv, char**) {
  guest_argc = argc;
  guest_argv = argv;
  InstallThreads();
  hooks.gueststart = &GuestStart;
}

}  // namespace
}  // namespace runtime

int Run(std::function<int()> main_fn) {
  constexpr std::size_t kStackBytes = 8 << 20;
  int status = 0;
  internal::JoinPoint done;
  Go(GoOptions{.name = "main", .stack_size = kStackBytes}, [&] {
    status = main_fn();
    done.Finish();
  });
  done.Wait();
  return status;
}

}  // namespace gort
