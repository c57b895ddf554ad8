#include "gort/runtime/sys/fatal.h"

#include <atomic>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"

namespace gort::runtime::sys {
namespace {

// The thread that reports, 0 while none does. Writer: BeginReport, once.
constinit std::atomic<int> reporter{0};
// How often the reporter has failed. Writer and reader: that thread.
constinit int failures = 0;
// The signal to end by, or 0. Writer: the reporter, before the watchdog runs. Readers: EndReport on any thread.
constinit std::atomic<int> ending_signal{0};
constinit std::atomic<bool> aborts{false};

// Writer: SetFatalHook. Readers: Fatal on any thread.
constinit std::atomic<FatalHook> fatal_hook{nullptr};

// What the other threads wait on; nobody wakes them.
constexpr uint32_t kNever = 0;
[[noreturn]] void WaitForTheEnd() {
  for (;;) FutexWait(&kNever, 0, -1);
}

// ---- The watchdog: SIGALRM every kTickSeconds, on whichever thread. ----------------------------------------------------

constexpr int64_t kTickSeconds = 5;
constexpr int kMostTicks = 60;

// Writer: the handler. Two threads cannot be in it at once: ticks are too far apart.
constinit int ticks = 0;
constinit uint64_t bytes_at_tick = 0;

// An interval in which nothing was written is the last.
void Tick(int, void*, void*) {
  const uint64_t bytes = Printer::BytesWritten();
  if (bytes != bytes_at_tick && ++ticks < kMostTicks) {
    bytes_at_tick = bytes;
    return;
  }
  // Not to fd 2: if that is what it is stuck in, we would be, too.
  EndReport();
}

void StartWatchdog() {
  KernelSigaction action = {};
  action.handler = &Tick;
  action.flags = kSA_ONSTACK;
  action.mask = kBlockedInReport;
  RtSigaction(kSIGALRM, &action, nullptr);
  const SigsetBits alarm = SigBit(kSIGALRM);
  RtSigprocmask(kSIG_UNBLOCK, &alarm, nullptr);
  bytes_at_tick = Printer::BytesWritten();
  const Itimerval every_tick = {{kTickSeconds, 0}, {kTickSeconds, 0}};
  Setitimer(kITIMER_REAL, &every_tick);
}

// ---- The end ---------------------------------------------------------------------------------------------------------

[[noreturn]] void ReportingFailed(const char* what) {
  constexpr int kLastWords = 2;  // when even the line below fails, there is nothing left to try
  if (failures == kLastWords) Printer().Str("\nfatal error: fault while reporting: ").Str(what).Char('\n');
  EndReport();
}

// Source: Go 1.27 runtime.dieFromSignal.
[[noreturn]] void DieBySignal(int signal) {
  const KernelSigaction default_action = {};
  RtSigaction(signal, &default_action, nullptr);
  const SigsetBits this_one = SigBit(signal);
  RtSigprocmask(kSIG_UNBLOCK, &this_one, nullptr);
  Tgkill(Getpid(), Gettid(), signal);
  // Still here: process 1 of a container, which the kernel spares. The status is what a shell makes of a death by signal.
  constexpr int kSignalStatus = 128;
  ExitGroup(kSignalStatus + signal);
}

}  // namespace

void BeginReport(const char* what, int signal) {
  const int self = Gettid();
  int first = 0;
  if (!reporter.compare_exchange_strong(first, self, std::memory_order_acq_rel) && first != self) WaitForTheEnd();
  if (++failures > 1) ReportingFailed(what);
  ending_signal.store(signal, std::memory_order_relaxed);
  const SigsetBits blocked = kBlockedInReport;
  RtSigprocmask(kSIG_BLOCK, &blocked, nullptr);
  StartWatchdog();
}

void EndReport() {
  const int signal = aborts.load(std::memory_order_relaxed) ? kSIGABRT : ending_signal.load(std::memory_order_relaxed);
  if (signal != 0) DieBySignal(signal);
  ExitGroup(kFailureStatus);
}

void SetReportAborts(bool value) { aborts.store(value, std::memory_order_relaxed); }

void AwaitReport() {
  if (reporter.load(std::memory_order_acquire) != 0) WaitForTheEnd();
}

void SetFatalHook(FatalHook hook) {
  // Release: the hook may use what the installer prepared; pairs with the acquire in Fatal.
  fatal_hook.store(hook, std::memory_order_release);
}

void Fatal(const char* sentence) {
  BeginReport(sentence, 0);
  Printer().Str("fatal error: ").Str(sentence).Char('\n');
  const FatalHook hook = fatal_hook.load(std::memory_order_acquire);
  if (hook != nullptr) hook(sentence);
  EndReport();
}

}  // namespace gort::runtime::sys
