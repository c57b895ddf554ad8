// ThreadSanitizer must not see this file (BUILD.bazel): the handler may interrupt it anywhere, and is not installed through it, because it
// would keep signals back from threads that wait in the kernel. Hence builtins and not std::atomic, whose functions the linker may
// take from files that it sees.
#include "gort/runtime/signal/sigqueue.h"

#include <cstdint>

#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::signal::internal {

namespace {

namespace sys = runtime::sys;

constexpr int kMaxSignal = 64;
constexpr int kSIGKILL = 9;
constexpr int kSIGSTOP = 19;

// Writers: handlers set bits; signal_recv clears them.
constinit sys::SigsetBits pending = 0;
// Handlers between their first and last instruction here. SEQ_CST with the installing of another action: see signal.cc, Stop.
constinit std::uint32_t delivering = 0;
// Constant once a handler of ours is installed.
constinit int wakeup_fd = -1;

// What was there before us. Written before the handler that reads it is installed, and not while it is. Guard: the caller's lock.
constinit sys::KernelSigaction original[kMaxSignal + 1] = {};
constinit sys::SigsetBits original_known = 0;

// A failure of the program rather than a message to it: fault.h draws the line at the same place.
bool IsOwnDoing(int sig, const sys::Siginfo& info) {
  if ((sys::SigBit(sig) & (sys::kSynchronousSignals | sys::SigBit(sys::kSIGABRT))) == 0) return false;
  return info.code > 0 || (info.code == sys::kSI_TKILL && info.sender.pid == sys::Getpid());
}

// To the handler that was there before: gort's report, or a sanitizer's. If there was none, the default action comes when ours returns.
void PassOn(int sig, void* info, void* ucontext) {
  const sys::KernelSigaction& before = original[sig];
  if (reinterpret_cast<std::uintptr_t>(before.handler) > 1) {  // neither SIG_DFL nor SIG_IGN
    before.handler(sig, info, ucontext);
    return;
  }
  const sys::KernelSigaction default_action = {};
  sys::RtSigaction(sig, &default_action, nullptr);
  sys::RtTgsigqueueinfo(sys::Getpid(), sys::Gettid(), sig, static_cast<sys::Siginfo*>(info));
}

// Runs on: whatever was interrupted, on its signal stack if it has one. Leaves errno alone, as sys does.
void OnSignal(int sig, void* info, void* ucontext) {
  if (IsOwnDoing(sig, *static_cast<sys::Siginfo*>(info))) {
    PassOn(sig, info, ucontext);
    return;
  }
  __atomic_fetch_add(&delivering, 1, __ATOMIC_SEQ_CST);
  if (__atomic_fetch_or(&pending, sys::SigBit(sig), __ATOMIC_SEQ_CST) == 0) {
    const std::uint64_t one = 1;
    sys::Write(wakeup_fd, &one, sizeof(one));
  }
  __atomic_fetch_sub(&delivering, 1, __ATOMIC_SEQ_CST);
}

void Install(int sig, const sys::KernelSigaction& action) {
  if ((original_known & sys::SigBit(sig)) == 0) {
    sys::RtSigaction(sig, nullptr, &original[sig]);
    original_known |= sys::SigBit(sig);
  }
  sys::RtSigaction(sig, &action, nullptr);
}

}  // namespace

bool IsCatchable(int sig) {
  return sig >= 1 && sig <= kMaxSignal && sig != kSIGKILL && sig != kSIGSTOP && sig != 32 && sig != 33;
}

void SetWakeupFd(int eventfd) { wakeup_fd = eventfd; }

void signal_enable(int sig) {
  sys::KernelSigaction action = {};
  action.handler = &OnSignal;
  // NODEFER: a failure of the program goes on to a report, in which a second one must reach us.
  action.flags = sys::kSA_SIGINFO | sys::kSA_ONSTACK | sys::kSA_RESTART | sys::kSA_NODEFER;
  action.mask = sys::kBlockedInReport;
  Install(sig, action);
}

void signal_disable(int sig) {
  if ((original_known & sys::SigBit(sig)) == 0) return;
  sys::RtSigaction(sig, &original[sig], nullptr);
  original_known &= ~sys::SigBit(sig);
}

void signal_ignore(int sig) {
  sys::KernelSigaction action = {};
  action.handler = reinterpret_cast<void (*)(int, void*, void*)>(1);  // SIG_IGN
  Install(sig, action);
}

bool signal_ignored(int sig) {
  sys::KernelSigaction now = {};
  sys::RtSigaction(sig, nullptr, &now);
  return reinterpret_cast<std::uintptr_t>(now.handler) == 1;
}

bool signal_delivering() { return __atomic_load_n(&delivering, __ATOMIC_SEQ_CST) != 0; }

sys::SigsetBits signal_recv() { return __atomic_exchange_n(&pending, 0, __ATOMIC_SEQ_CST); }

}  // namespace gort::signal::internal
