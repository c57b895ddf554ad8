// The least that a program without libc does with the scheduler: main starts a goroutine, waits for its end, and exits.

#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sys/print.h"

namespace {

bool done = false;

void Hello(void*) {
  gort::runtime::sys::Printer(1).Str("hello\n");
  done = true;
}

}  // namespace

int main() {
  void* room;
  gort::runtime::newprocready(gort::runtime::newproc1(&Hello, 0, 1, {}, &room));
  while (!done) gort::runtime::gosched();
}
