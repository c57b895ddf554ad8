// What stands behind the entry chain in entry_stubs_test: every function that the chain calls, so that it runs from the first
// instruction to mstart without the runtime, under an emulator. mstart gives the verdict: status 42, or 1 after a sentence.
//
// Built twice: without libc, and with -DGORT_HOSTED in front of libc's own start.

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/syscall.h"

// As the switch routines of each port will define it.
asm(".section .tbss, \"awT\", @nobits\n\t"
    ".globl runtime.tlsg\n\t"
    ".type runtime.tlsg, @object\n\t"
    ".size runtime.tlsg, 8\n\t"
    ".balign 8\n"
    "runtime.tlsg: .zero 8\n\t"
    ".text");

extern "C" [[noreturn]] void gort_rt0_ok(int argc, char** argv) asm("runtime.rt0_ok");

namespace gort::runtime {

constinit StartupRecord startup{};
constinit g g0{};
constinit m m0{};

using MainFn = int (*)(int, char**, char**);
#if defined(GORT_HOSTED)
extern MainFn usermain asm("runtime.usermain");  // __wrap___libc_start_main writes it
constinit MainFn usermain = nullptr;
#else
extern const MainFn usermain asm("runtime.usermain");  // freestanding_<arch>.S defines it
#endif

namespace {

constexpr int kPassed = 42;
constexpr int kFailed = 1;
constexpr uintptr_t kFrameBytes = 32;
constexpr uintptr_t kG0Bytes = 64 * 1024;

char steps[16];  // one letter each, in the order they ran
int step_count = 0;
int args_argc = 0;
char** args_argv = nullptr;

void Step(char letter) { steps[step_count++] = letter; }

[[noreturn]] void Exit(int status) {
  for (;;) sys::Syscall(sys::kSysExitGroup, status);
}

// A template for the sentence's size: there is no strlen, and the compiler would make one of a loop.
template <std::size_t size_bytes>
void Require(bool holds, const char (&sentence)[size_bytes]) {
  if (holds) return;
  sys::Syscall(sys::kSysWrite, 2, reinterpret_cast<long>(sentence), static_cast<long>(size_bytes - 1));
  sys::Syscall(sys::kSysWrite, 2, reinterpret_cast<long>("\n"), 1);
  Exit(kFailed);
}

void Main(void*) {}

}  // namespace

extern void (*const mainPC)(void*) asm("runtime.mainPC");
void (*const mainPC)(void*) = &Main;

void marklinks() { Step('l'); }
void check() { Step('c'); }
void osinit() { Step('o'); }
void schedinit() { Step('s'); }

void args(std::int32_t argc_value, char** argv_value) {
  Step('a');
  args_argc = argc_value;
  args_argv = argv_value;
}

void newproc(void (*const* fnword)(void*)) {
  Step('n');
  Require(*fnword == &Main, "newproc was not given the word runtime.mainPC");
}

void mstart() {
  Require(steps[0] == 'l' && steps[1] == 'c' && steps[2] == 'a' && steps[3] == 'o' && steps[4] == 's' &&
              steps[5] == 'n' && step_count == 6,
          "the steps did not run in the order links, check, args, osinit, schedinit, newproc");
  Require(getg() == &g0 && g0.m == &m0 && m0.g0 == &g0, "g0, m0 and TLS do not point at each other");

  const StartupRecord& r = startup;
  Require(r.entry_sp % 16 == 0, "sp was no multiple of 16 at entry");
  Require(r.argc == *reinterpret_cast<const uintptr_t*>(r.entry_sp), "rt0_go's argc is not what lies at 0(sp)");
  Require(r.argv == r.entry_sp + 8, "rt0_go's argv is not 8(sp)");
  Require(r.rt0_sp == r.entry_sp - kFrameBytes, "rt0_go's frame is not 32 bytes");
  Require(r.g0_stack.hi == r.rt0_sp && r.g0_stack.lo == r.rt0_sp - kG0Bytes, "g0's bounds are not sp - 64 KiB and sp");
  Require(r.g0_stackguard0 == r.g0_stack.lo && r.g0_stackguard1 == r.g0_stack.lo, "g0's guards are not stack.lo");
  Require(g0.stack.hi == r.g0_stack.hi && g0.stack.lo == r.g0_stack.lo && g0.stackguard0 == r.g0_stackguard0,
          "g0 is not as the record says");
  Require(static_cast<uintptr_t>(args_argc) == r.argc && reinterpret_cast<uintptr_t>(args_argv) == r.argv,
          "args was given something else than rt0_go found");
  Require(args_argc == 3 && args_argv[2][0] == 'b' && args_argv[3] == nullptr, "argv is not the command line");
#if !defined(GORT_HOSTED)
  const auto* frame = reinterpret_cast<const char*>(r.rt0_sp);
  Require(*reinterpret_cast<const std::int32_t*>(frame + 8) == args_argc,
          "argc does not lie at 8(sp) of rt0_go's frame");
  Require(*reinterpret_cast<char** const*>(frame + 16) == args_argv, "argv does not lie at 16(sp) of rt0_go's frame");
  Require(m0.tls[0] == reinterpret_cast<uintptr_t>(&g0), "the thread-local word is not m0.tls[0]");
  Require(usermain(args_argc, args_argv, nullptr) == 7, "runtime.usermain is not the program's main");
#endif
  Exit(kPassed);
}

#if defined(GORT_HOSTED)

extern int hostedmain(int argc, char** argv, char** envp) asm("runtime.hostedmain");

namespace {
bool constructed = false;
[[gnu::constructor]] void Construct() { constructed = true; }
}  // namespace

int hostedmain(int argc, char** argv, char**) {
  Require(constructed, "libc called main before the constructors");
  Require(usermain != nullptr && usermain(argc, argv, nullptr) == 7,
          "__wrap___libc_start_main did not keep the user's main");
  gort_rt0_ok(argc, argv);
}

#else

[[noreturn]] void rt0_tlsbad() asm("runtime.rt0_tlsbad");
void rt0_tlsbad() {
  Require(false, "the 0x123 test failed: runtime.tlsg is not m0.tls[0]");
  __builtin_unreachable();
}

#endif

}  // namespace gort::runtime

int main() { return 7; }
