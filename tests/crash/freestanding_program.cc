// The same without libc: dies by a fault, or waits for a signal, in the way that its argument names.

#include <cstdint>

#include "gort/runtime/sched/newproc.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sys/print.h"

namespace {

using gort::runtime::sys::Printer;

bool Is(const char* a, const char* b) {
  for (; *a == *b; ++a, ++b) {
    if (*a == '\0') return true;
  }
  return false;
}

void Load(std::uintptr_t address) {
  int value;
  asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
}

void Victim(void* room) {
  const char* how = *static_cast<const char**>(room);
  if (Is(how, "nil")) Load(0);
  if (Is(how, "illegal")) asm volatile("ud2");
  if (Is(how, "computing")) {
    Printer(1).Str("ready\n").Flush();
    for (;;) asm volatile("");
  }
}

}  // namespace

int main(int, char** argv) {
  void* room;
  gort::runtime::g* gp = gort::runtime::newproc1(&Victim, sizeof(char*), alignof(char*), {}, &room);
  *static_cast<const char**>(room) = argv[1];
  gort::runtime::newprocready(gp);
  for (;;) gort::runtime::gosched();
}
