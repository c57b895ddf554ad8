#include "gort/runtime/sys/fatal.h"

#include <atomic>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime::sys {
namespace {

constexpr int kThrowStatus = 2;  // Source: Go's throw and uncaught panic exit with 2.

// Writer: SetFatalHook, and Fatal, which takes the hook out. Readers: Fatal on any thread. Guard: itself.
std::atomic<FatalHook> fatal_hook{nullptr};

// The thread that fails, 0 while none does. Writer: Fatal, once.
std::atomic<int> failing_thread{0};
// What the other threads wait on; nobody wakes them.
constexpr uint32_t never = 0;

}  // namespace

void SetFatalHook(FatalHook hook) {
  // Release: the hook may use what the installer prepared; pairs with the exchange in Fatal.
  fatal_hook.store(hook, std::memory_order_release);
}

void Fatal(const char* sentence) {
  // The first thread to fail reports and ends the process; the others wait for that, so that the report is whole.
  const int self = Gettid();
  int first = 0;
  if (!failing_thread.compare_exchange_strong(first, self, std::memory_order_acq_rel) && first != self) {
    for (;;) FutexWait(&never, 0, -1);
  }
  Printer().Str("fatal error: ").Str(sentence).Char('\n');
  // Taken out, not read: a hook that fails in turn finds none and goes straight to the exit.
  const FatalHook hook = fatal_hook.exchange(nullptr, std::memory_order_acq_rel);
  if (hook != nullptr) hook(sentence);
  ExitGroup(kThrowStatus);
}

}  // namespace gort::runtime::sys
