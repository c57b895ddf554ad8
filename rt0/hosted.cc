// The hosted form's C++ half: how libc's start comes back to us, and the user's main as goroutine 1.
//
//   _start (libc) -> __libc_start_main -> constructors -> hostedmain (on g0, the thread's own stack)
//     -> rt0_ok -> ... -> mstart -> goroutine 1: runtime.main -> the user's main -> exit(status)
//
// libc's _start passes `main` to __libc_start_main; the linker option --wrap lets us stand in between (hosted_amd64.S),
// keep the user's main and pass our own. Rejected: --wrap=main, which breaks when main is compiled with LTO, and renaming main,
// which would need a macro in user code.

#include <pthread.h>

#include <cstdlib>

#include "gort/runtime/debug/traceback.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/thread/thread.h"

extern "C" [[noreturn]] void gort_rt0_ok(int argc, char** argv) asm("runtime.rt0_ok");

namespace gort::runtime {

using MainFn = int (*)(int, char**, char**);

// The user's main. Written by __wrap___libc_start_main, before any C++ runs.
extern MainFn usermain asm("runtime.usermain");
constinit MainFn usermain = nullptr;

// What libc calls instead. Runs on: g0.
extern int hostedmain(int argc, char** argv, char** envp) asm("runtime.hostedmain");

namespace {

// The stack that the kernel gave the first thread. pthread_getattr_np would answer with the whole address space below it
// under `ulimit -s unlimited`; the default thread stack size below a local variable is always there.
// Source: Go's x_cgo_init.
void ThreadStack(stack* s) {
  pthread_attr_t attributes;
  std::size_t size = 0;
  pthread_attr_init(&attributes);
  pthread_attr_getstacksize(&attributes, &size);
  pthread_attr_destroy(&attributes);
  constexpr std::size_t kSlack = 4096;
  s->lo = reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - size + kSlack;
}

// Goroutine 1. Exits the process as a return from main would: atexit handlers and destructors of statics run, here, on
// this goroutine; other goroutines are dropped.
void Main(void*) {
  mainbegin();
  const int status = mainend(usermain(argc, argv, envp));
  sys::AwaitReport();
  std::exit(status);
}

}  // namespace

int hostedmain(int argc, char** argv, char**) {
  hooks.threadstack = &ThreadStack;
  InstallTraceback();
  InstallThreads();
  // A cancelled thread would unwind whichever goroutine it runs.
  pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, nullptr);
  InstallPanicHandler();
  gort_rt0_ok(argc, argv);
}

// Source: Go 1.27 runtime.mainPC.
extern void (*const mainPC)(void*) asm("runtime.mainPC");
void (*const mainPC)(void*) = &Main;

}  // namespace gort::runtime
