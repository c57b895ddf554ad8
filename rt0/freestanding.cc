// The freestanding form's C++ half: a program without libc whose `main` is goroutine 1.

#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

using MainFn = int (*)(int, char**, char**);

// The user's main, from freestanding_<arch>.S: C++ does not let a program name `main`, and link-time optimization would
// compare our declaration of it with the user's, which may have two parameters.
extern const MainFn usermain asm("runtime.usermain");

namespace {

void Main(void*) {
  mainbegin();
  const int status = usermain(argc, argv, envp);
  sys::AwaitReport();
  sys::ExitGroup(status);
}

}  // namespace

// Source: Go 1.27 runtime.mainPC.
extern void (*const mainPC)(void*) asm("runtime.mainPC");
void (*const mainPC)(void*) = &Main;

// The 0x123 test failed. Runs on: g0, without TLS.
[[noreturn]] void rt0_tlsbad() asm("runtime.rt0_tlsbad");
void rt0_tlsbad() {
  sys::Fatal("rt0: runtime.tlsg is not at -8(fs); a freestanding program may have no thread_local variable of its own");
}

}  // namespace gort::runtime
