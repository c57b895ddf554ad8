#include "gort/runtime/sched/checkdead.h"

#include <cstdint>

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/poller.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

// The threads of this process: num_threads of /proc/self/stat, 0 when that cannot be read. A thread that is ending counts for
// a moment longer. (Listing /proc/self/task instead is not reliable: the kernel breaks off at a task that is going away.)
int CountThreads() {
  const long fd = sys::Open("/proc/self/stat", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (fd < 0) return 0;
  char text[512];
  const long size = sys::Read(static_cast<int>(fd), text, sizeof(text));
  sys::Close(static_cast<int>(fd));
  long at = size;
  while (at > 0 && text[at - 1] != ')') --at;  // the name may hold anything, but nothing behind it a parenthesis
  if (at <= 0) return 0;
  for (int field = 0; field < 18 && at < size; ++at) {
    if (text[at] == ' ') ++field;
  }
  int count = 0;
  for (; at < size && text[at] >= '0' && text[at] <= '9'; ++at) count = count * 10 + (text[at] - '0');
  return count;
}

// No M runs, nothing is queued, no timer and no network can ready anybody.
bool NothingMoves() {
  lock(&sched.lock);
  const std::int32_t running = mcount() - sched.nmidle.load() - sched.nmidlelocked - sched.nmsys;
  bool moves = running > 0 || sched.runq.size != 0 || netpollWaiters.load() != 0;
  const std::int32_t n = gomaxprocs.load(std::memory_order_relaxed);
  for (std::int32_t i = 0; i < n && !moves; ++i) moves = procat(i)->timers.minWhen.load() != 0;
  unlock(&sched.lock);
  return !moves;
}

// Threads that cannot wake anybody: ours, and others that wait in our primitives.
int ThreadsThatWait() {
  return mcount() + sched.nmextrawaiting.load();
}

}  // namespace

bool checkdead() {
  // Three looks, which are not of one moment: nothing moves; every thread waits; nothing moves. Between them a thread may ready
  // somebody and end, and what it readied may run, start another thread, and wait again. So nothing at all may have
  // happened from the first look to the last: no goroutine has run (no idle P was taken), and no thread was woken.
  const std::uint32_t gets = pidlegets.load();
  const std::uint32_t wakes = threadwakes.load();
  if (!NothingMoves()) return false;
  if (CountThreads() != ThreadsThatWait() || !NothingMoves()) return true;
  if (pidlegets.load() != gets || threadwakes.load() != wakes) return true;
  const bool has_main = m0.g0 != nullptr;  // a guest's main is no goroutine
  if (gcount() == 0 && has_main) sys::Fatal("no goroutines (main called runtime.Goexit) - deadlock!");
  sys::Fatal("all goroutines are asleep - deadlock!");
}

}  // namespace gort::runtime
