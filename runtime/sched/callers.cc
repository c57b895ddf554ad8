#include "gort/runtime/sched/callers.h"

#include <atomic>

#include "gort/gstruct/m.h"
#include "gort/gstruct/sanitizers.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/peek.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

// A signal could find TSan's runtime anywhere; also with --config=race, where this file itself is not instrumented.
constexpr bool kMayInterrupt = !GORT_TSAN;

// Real-time signals that we take: the first for which the program has no handler. Programs count from SIGRTMIN up, and
// Valgrind has the last one.
constexpr int kFirstChoice = 62;
constexpr int kLastChoice = 40;

constexpr std::int64_t kPatienceNs = 100'000'000;
constexpr std::int64_t kLittlePatienceNs = 1'000'000;
constexpr int kPatientTimes = 5;  // with threads that do not answer; later ones get less

enum State : std::uint32_t { kFree, kAsked, kWalking, kDone };

struct Request {
  std::atomic<std::uint32_t> state;
  // The rest. Guard: the asker while kFree and kDone, the handler while kWalking.
  int tid;
  g* gp;
  bool found;  // the thread did run gp
  StackTrace trace;
};
constinit Request request{};
static_assert(sizeof(request.state) == sizeof(std::uint32_t), "it is a futex");

// Whether somebody uses the request. Not a lock: the thread that failed may hold it.
constinit std::atomic<bool> asking{false};
// Guard of these two: asking.
constinit int signal_number = 0;
constinit int unanswered = 0;

const std::uint32_t* StateWord() { return reinterpret_cast<const std::uint32_t*>(&request.state); }

// Runs on: gsignal, or the stack of a thread that has none.
void Answer(int, void*, void* ucontext) {
  std::uint32_t asked = kAsked;
  // tid first: the request may be another thread's, and we late.
  if (Peek(request.tid) != sys::Gettid() || !request.state.compare_exchange_strong(asked, kWalking, std::memory_order_acq_rel)) return;
  const g* self = getg();
  request.found = self != nullptr && self->m->curg == request.gp;
  if (request.found) hooks.callers(request.gp, ucontext, &request.trace);
  request.state.store(kDone, std::memory_order_release);
  sys::FutexWake(StateWord(), 1);
}

// Locks: asking.
bool InstallSignal() {
  for (int sig = kFirstChoice; signal_number == 0 && sig >= kLastChoice; --sig) {
    sys::KernelSigaction action = {};
    if (sys::RtSigaction(sig, nullptr, &action) != 0 || action.handler != nullptr) continue;
    action.handler = &Answer;
    action.flags = sys::kSA_SIGINFO | sys::kSA_ONSTACK | sys::kSA_RESTART;
    if (sys::RtSigaction(sig, &action, nullptr) == 0) signal_number = sig;
  }
  return signal_number != 0;
}

// Locks: asking; the request is free.
bool Ask(g* gp, int tid, StackTrace* trace) {
  request.tid = tid;
  request.gp = gp;
  request.state.store(kAsked, std::memory_order_release);
  const std::int64_t until = sys::Nanotime() + (unanswered < kPatientTimes ? kPatienceNs : kLittlePatienceNs);
  if (sys::Tgkill(sys::Getpid(), tid, signal_number) == 0) {
    for (std::uint32_t state; (state = request.state.load(std::memory_order_acquire)) != kDone;) {
      const std::int64_t left = until - sys::Nanotime();
      if (left <= 0) break;
      sys::FutexWait(StateWord(), state, left);
    }
  }
  std::uint32_t asked = kAsked;
  if (request.state.compare_exchange_strong(asked, kFree, std::memory_order_acq_rel) || asked != kDone) {
    ++unanswered;
    return false;
  }
  unanswered = 0;
  const bool found = request.found;
  if (found) *trace = request.trace;
  request.state.store(kFree, std::memory_order_release);
  return found;
}

// Whether gp is at work on another thread: its stack changes while we look.
bool RunsElsewhere(const g* gp) {
  const std::uint32_t status = gp->atomicstatus.load(std::memory_order_acquire);
  if (status != kGrunning && status != kGsyscall) return false;
  const g* self = getg();
  return self == nullptr || Peek(gp->m) != self->m;
}

}  // namespace

bool callersrunning(g* gp, StackTrace* trace) {
  const m* mp = Peek(gp->m);
  if (hooks.callers == nullptr || !kMayInterrupt || mp == nullptr || mp->procid == 0) return false;
  if (asking.exchange(true, std::memory_order_acquire)) return false;
  // kDone: an answer that came after its asker had given up, which nobody wants any more.
  const std::uint32_t state = request.state.load(std::memory_order_acquire);
  const bool found =
      (state == kFree || state == kDone) && InstallSignal() && Ask(gp, static_cast<int>(mp->procid), trace);
  asking.store(false, std::memory_order_release);
  return found;
}

bool callersof(g* gp, void* ucontext, StackTrace* trace) {
  if (hooks.callers == nullptr) return false;
  if (ucontext == nullptr && RunsElsewhere(gp)) return callersrunning(gp, trace);
  hooks.callers(gp, ucontext, trace);
  return true;
}

}  // namespace gort::runtime
