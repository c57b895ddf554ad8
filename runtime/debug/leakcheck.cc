// GORT_DEBUG=leakcheck=1: goroutines that can never wake again when main has returned are shown, and the program fails.
//
//     gort: main has returned, and 2 goroutines can never wake again (GORT_DEBUG=leakcheck=1)
//
//     goroutine 7 [chan receive (leaked)]:
//     ...
//
// The objects of static storage are still there: a channel that one of them holds is within reach. Goroutines that run or will run
// are not waited for.

#include "gort/runtime/debug/findleaks.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/gotraceback.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime {
namespace {

// What main's status becomes when it was 0. Runs on: goroutine 1.
int Verdict() {
  LeakSearch search = {.caller_sp = FrameWithRegisters()};
  FindLeaks(&search);
  sys::Printer out;
  if (search.error != nullptr) {
    out.Str("gort: GORT_DEBUG=leakcheck=1 finds nothing out: ").Str(search.error).Char('\n');
    return search.unsupported ? 0 : sys::kFailureStatus;
  }
  if (search.leaked == 0) return 0;
  out.Str("gort: main has returned, and ").Udec(search.leaked).Str(search.leaked == 1 ? " goroutine" : " goroutines");
  out.Str(" can never wake again (GORT_DEBUG=leakcheck=1)\n").Flush();
  DumpAllGoroutines(nullptr, {.system = gotraceback() >= Traceback::kSystem, .leaked = true}, &out);
  return sys::kFailureStatus;
}

int Check(int status) {
  const int verdict = Verdict();
  return status != 0 ? status : verdict;
}

// Before the program's own constructors, which may start goroutines; 101 is the first priority that is not the implementation's.
[[gnu::constructor(101)]] void Install() { hooks.leakcheck = &Check; }

}  // namespace
}  // namespace gort::runtime
