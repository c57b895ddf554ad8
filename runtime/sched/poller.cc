#include "gort/runtime/sched/poller.h"

#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

constinit std::atomic<std::int32_t> netpollWaiters{0};

namespace {

// 1: netpollbreak was called since the last sleep ended. A sleep of the futex itself ends at a change.
constinit std::atomic<std::uint32_t> broken{0};

}  // namespace

gList netpoll(std::int64_t until_ns) {
  sched.pollUntil.store(until_ns, std::memory_order_seq_cst);
  std::int64_t delay_ns = -1;
  if (until_ns != 0) {
    delay_ns = until_ns - sys::Nanotime();
    if (delay_ns < 0) delay_ns = 0;
  }
  gList list = hooks.netpoll.load(std::memory_order_seq_cst)(delay_ns);
  sched.pollUntil.store(0, std::memory_order_seq_cst);
  sched.lastpoll.store(sys::Nanotime(), std::memory_order_seq_cst);
  return list;
}

gList netpollnow() {
  // Acquire and release: one holder at a time; it guards nothing else.
  if (sched.pollingNet.exchange(1, std::memory_order_acquire) != 0) return {};
  gList list = hooks.netpoll.load(std::memory_order_seq_cst)(0);
  sched.pollingNet.store(0, std::memory_order_release);
  return list;
}

// If the hook changes under our hands, the sleeper may be in the new one. Sequentially consistent: either our second look sees the new
// hook, or netpollinstall's own wake-up comes later than all that the caller has done, and the sleeper looks at that again.
void netpollbreak() {
  void (*wake)() = hooks.netpollbreak.load(std::memory_order_seq_cst);
  wake();
  void (*now)() = hooks.netpollbreak.load(std::memory_order_seq_cst);
  if (now != wake) now();
}

void netpollinstall(gList (*poll)(std::int64_t delay_ns), void (*wake)()) {
  hooks.netpoll.store(poll, std::memory_order_seq_cst);
  hooks.netpollbreak.store(wake, std::memory_order_seq_cst);
  futexpollbreak();  // who sleeps in the default
  wake();            // who was told by the default's wake-up, and has gone to sleep in `poll` since
}

gList futexpoll(std::int64_t delay_ns) {
  if (delay_ns != 0 && broken.load(std::memory_order_seq_cst) == 0) {
    sys::FutexWait(reinterpret_cast<const std::uint32_t*>(&broken), 0, delay_ns);
  }
  broken.store(0, std::memory_order_seq_cst);
  return {};
}

void futexpollbreak() {
  if (broken.exchange(1, std::memory_order_seq_cst) == 0) {
    sys::FutexWake(reinterpret_cast<const std::uint32_t*>(&broken), 1);
  }
}

}  // namespace gort::runtime
