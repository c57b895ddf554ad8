#include "gort/runtime/guest/guest.h"

#include <utility>

#include "gort/gstruct/mutex.h"
#include "gort/runtime/debug/traceback.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
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
  struct Call {
    std::function<int()> main_fn;
    int status = 0;
    runtime::mutex lock{};
    bool done = false;            // guard: lock
    runtime::g* waiter = nullptr;  // guard: lock
  } call{std::move(main_fn)};
  constexpr std::size_t kStackBytes = 8 << 20;
  Go(GoOptions{.name = "main", .stack_size = kStackBytes}, [&call] {
    call.status = call.main_fn();
    runtime::lock(&call.lock);
    call.done = true;
    runtime::g* waiter = call.waiter;
    runtime::unlock(&call.lock);
    // When the waiter has not parked yet it will see `done`, and `call` may be gone.
    if (waiter != nullptr) runtime::goready(waiter);
  });
  runtime::g* self = runtime::selfg();
  runtime::lock(&call.lock);
  if (call.done) {
    runtime::unlock(&call.lock);
  } else {
    call.waiter = self;
    runtime::goparkunlock(&call.lock, runtime::WaitReason::kSemacquire);
  }
  return call.status;
}

}  // namespace gort
