// What gdb_test.sh stops in: a goroutine, and a call from it on the M's own stack.

#include <cstdio>

#include "gort/gort.h"
#include "gort/runtime/switch/switch.h"

namespace {

[[gnu::noinline]] void OnG0(void* arg) {
  ++*static_cast<int*>(arg);
  asm volatile("");
}

[[gnu::noinline]] void CallsSystemstack(int* counter) {
  gort::runtime::systemstack(&OnG0, counter);
  ++*counter;
}

[[gnu::noinline]] void Parks() {
  gort::Gosched();
  asm volatile("");
}

}  // namespace

int main() {
  int counter = 0;
  gort::Go([&] {
    CallsSystemstack(&counter);
    Parks();
    ++counter;
  });
  while (counter < 3) gort::Gosched();
  std::printf("counter %d\n", counter);
  return 0;
}
