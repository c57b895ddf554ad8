#include "gort/runtime/sys/fatal.h"

#include <atomic>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime::sys {
namespace {

constexpr int kThrowStatus = 2;  // Source: Go's throw and uncaught panic exit with 2.

// Writer: SetFatalHook, and Fatal, which takes the hook out. Readers: Fatal on any thread. Guard: itself.
std::atomic<FatalHook> fatal_hook{nullptr};

}  // namespace

void SetFatalHook(FatalHook hook) {
  // Release: the hook may use what the installer prepared; pairs with the exchange in Fatal.
  fatal_hook.store(hook, std::memory_order_release);
}

void Fatal(const char* sentence) {
  Printer().Str("fatal error: ").Str(sentence).Char('\n');
  // Taken out, not read: a hook that fails in turn, or a second failing thread, finds none and goes straight to the
  // exit.
  const FatalHook hook = fatal_hook.exchange(nullptr, std::memory_order_acq_rel);
  if (hook != nullptr) hook(sentence);
  ExitGroup(kThrowStatus);
}

}  // namespace gort::runtime::sys
