#include "gort/runtime/sched/idle.h"

#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/note.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

namespace {

// How long an idle M sleeps before it asks whether anybody can still wake it, at first and at most. The asking costs some
// microseconds, so short waits never pay for it; and a thread that has ended is counted for a moment longer, or a foreign
// thread may end without waking anybody, so one answer is not enough.
constexpr std::int64_t kFirstLookNs = 1'000'000;
constexpr std::int64_t kLastLookNs = 10'000'000'000;
// Idle for this long, it also returns memory.
constexpr std::int64_t kTrimAfterNs = 64'000'000;

// Threads of this process, or 0 when the kernel does not tell (no /proc). Never too few: a thread counts from before its
// first instruction until after its last. (Listing /proc/self/task is not good for this: the kernel breaks the list off at
// a thread that is just ending, and threads behind that one are missing.)
// Source: proc_pid_stat(5), num_threads, the 18th field behind the name.
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

bool GlobalQueueEmpty() {
  lock(&sched.lock);
  const bool empty = sched.runq.size == 0;
  unlock(&sched.lock);
  return empty;
}

// Stops the program if nobody is left who could ready a goroutine: no M runs (the caller is the only one and is idle) and
// no foreign thread exists. A foreign thread that readied one and then ended did so before we counted, hence the look at
// the queue after the count. Go gives up on this check in every cgo program; counting threads lets us keep it.
void checkdead() {
  if (CountThreads() != 1 || !GlobalQueueEmpty()) return;
  if (gcount() == 0) sys::Fatal("no goroutines (main called runtime.Goexit) - deadlock!");
  sys::Fatal("all goroutines are asleep - deadlock!");
}

}  // namespace

void stopm() {
  m* mp = getg()->m;
  lock(&sched.lock);
  if (sched.runq.size != 0) {
    unlock(&sched.lock);
    return;
  }
  noteclear(&mp->park);
  mp->blocked = true;
  mp->schedlink = sched.midle;
  sched.midle = mp;
  ++sched.nmidle;
  unlock(&sched.lock);
  for (std::int64_t wait_ns = kFirstLookNs; !notetsleep(&mp->park, wait_ns);) {
    checkdead();
    if (wait_ns >= kTrimAfterNs) gftrim(mp->p);
    wait_ns = wait_ns < kLastLookNs / 2 ? 2 * wait_ns : kLastLookNs;
  }
  mp->blocked = false;
}

void injectglist(g* gp) {
  lock(&sched.lock);
  globrunqput(gp);
  m* mp = sched.midle;
  if (mp != nullptr) {
    sched.midle = mp->schedlink;
    --sched.nmidle;
  }
  unlock(&sched.lock);
  if (mp != nullptr) notewakeup(&mp->park);
}

}  // namespace gort::runtime
