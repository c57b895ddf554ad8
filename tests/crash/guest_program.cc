// A guest: an ordinary program whose first go statement starts the scheduler. Dies in the way that its argument names.

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "gort/gort.h"
#include "gort/runtime/switch/fiber.h"

namespace {

int Load(std::uintptr_t address) {
  int value;
  asm volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
  return value;
}

volatile int sink;

void StartScheduler() {
  gort::Chan<int> c = gort::MakeChan<int>();
  gort::Go([c] { c.Send(1); });
  c.Recv();
}

void Ready() {
  std::puts("ready");
  std::fflush(stdout);
  for (;;) pause();
}

}  // namespace

int main(int, char** argv) {
  const std::string_view how = argv[1];
  if (how == "sanitizer") {
    std::puts(GORT_FIBER_HOOKS ? "yes" : "no");
    return 0;
  }
  if (how == "ignored") {
    std::signal(SIGQUIT, SIG_IGN);  // main's own wish, which the scheduler must not undo
    StartScheduler();
    raise(SIGQUIT);
    return 7;
  }
  StartScheduler();
  if (how == "goroutine") {
    return gort::Run([] { return Load(0); });
  }
  if (how == "main_thread") sink = Load(0);
  if (how == "other_thread") std::thread([] { sink = Load(0); }).join();
  if (how == "throw") throw std::runtime_error("from main");
  if (how == "throw_other") std::thread([] { throw std::runtime_error("from a thread"); }).join();
  if (how == "quit") Ready();
  return 99;
}
