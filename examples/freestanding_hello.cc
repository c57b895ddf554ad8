// The same without libc: a static program of 56 KiB (stripped, -c opt), with the scheduler in it. Dumps of goroutines, reports of fatal
// signals and what GORT_DEBUG asks for come with a dependency on //runtime/sched:reports and 26 KiB.
//
//   ./bazelw run -c opt //examples:freestanding_hello

#include <atomic>

#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sys/print.h"

namespace {

using gort::runtime::sys::Printer;

std::atomic<int> done{0};  // the workers may be on several threads

void Worker(void* room) {
  const int number = *static_cast<int*>(room);
  for (int step = 1; step <= 2; ++step) {
    Printer(1).Str("worker ").Dec(number).Str(", step ").Dec(step).Char('\n');
    gort::runtime::gosched();
  }
  ++done;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) Printer(1).Str("argument ").Dec(i).Str(": ").Str(argv[i]).Char('\n');
  for (int number = 1; number <= 3; ++number) {
    void* room;
    gort::runtime::g* gp = gort::runtime::newproc1(&Worker, sizeof(int), alignof(int), {}, &room);
    *static_cast<int*>(room) = number;
    gort::runtime::newprocready(gp);
  }
  while (done < 3) gort::runtime::gosched();
  Printer(1).Str("all workers are done\n");
  return 0;
}
