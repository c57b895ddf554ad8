// The start of a program without libc, checked by the program itself: prints a line "PASS ..." or "FAIL ..." for each property and
// exits with its first argument as a number, or with 1 if a check failed.
//
//   startup STATUS [ARGUMENT...]

#include "gort/runtime/sched/startup.h"

#include <cstdint>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/auxv.h"
#include "gort/runtime/sys/print.h"
#include "gort/tests/startup_checks.h"

namespace gort {
namespace {

using std::uintptr_t;

int failures = 0;

void Report(const char* property, uintptr_t want, uintptr_t got) {
  runtime::sys::Printer line(1);
  line.Str(want == got ? "PASS " : "FAIL ").Str(property);
  if (want != got) {
    line.Str(": want ").Hex(want).Str(", got ").Hex(got);
    ++failures;
  }
  line.Char('\n');
}

#if defined(__x86_64__)

// g lies in the word below the thread pointer, which is m0.tls[0]; the word at the thread pointer points to itself.
void ThreadLocalStorage() {
  uintptr_t self;
  uintptr_t below;
  asm("movq %%fs:0, %0" : "=r"(self));
  asm volatile("movq %%fs:-8, %0" : "=r"(below));
  Report("fs points to m0.tls[1]", reinterpret_cast<uintptr_t>(&runtime::m0.tls[1]), self);
  Report("-8(fs) is m0.tls[0]", runtime::m0.tls[0], below);
  Report("-8(fs) is the running goroutine", reinterpret_cast<uintptr_t>(runtime::getg()), below);
}

// Nothing runs between rt0_go and the scheduler that would write over rt0_go's frame, as libc's start does in the hosted form.
void Frame() {
  const auto* frame = reinterpret_cast<const uintptr_t*>(runtime::startup.rt0_sp);
  Report("argc still lies at 24(rsp) of rt0_go's frame", static_cast<uintptr_t>(runtime::argc), frame[3]);
  Report("argv still lies at 32(rsp) of rt0_go's frame", reinterpret_cast<uintptr_t>(runtime::argv), frame[4]);
}

#endif

void NoLoader() {
  Report("no program interpreter was loaded", 0,
         runtime::sys::AuxvValue(runtime::sys::AuxvAfter(runtime::envp), runtime::sys::kAtBase, 0));
  Report("g0's bounds are still those of rt0_go", runtime::startup.g0_stack.lo, runtime::g0.stack.lo);
}

int Decimal(const char* s) {
  int value = 0;
  for (; *s >= '0' && *s <= '9'; ++s) value = value * 10 + (*s - '0');
  return value;
}

}  // namespace
}  // namespace gort

int main(int argc, char** argv, char** envp) {
  namespace checks = gort::startup_checks;
  using gort::Report;
  checks::EntryAddress(&Report);
#if defined(__x86_64__)
  checks::EntryCode(&Report);
  gort::ThreadLocalStorage();
  gort::Frame();
#endif
  checks::G0AtEntry(&Report);
  checks::G0Now(&Report);
  gort::NoLoader();
  checks::StepOrder(&Report);
  checks::Vectors(&Report);
  Report("main's argc is the process's", static_cast<std::uintptr_t>(gort::runtime::argc),
         static_cast<std::uintptr_t>(argc));
  Report("main's argv is the process's", reinterpret_cast<std::uintptr_t>(gort::runtime::argv),
         reinterpret_cast<std::uintptr_t>(argv));
  Report("main's envp is the process's", reinterpret_cast<std::uintptr_t>(gort::runtime::envp),
         reinterpret_cast<std::uintptr_t>(envp));
  checks::MainBegins(&Report);  // it has not parked yet
  checks::FirstGoroutine(&Report);
  checks::GoroutineEntry(&Report);
  if (gort::failures != 0) return 1;
  return argc > 1 ? gort::Decimal(argv[1]) : 0;
}
