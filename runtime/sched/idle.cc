#include "gort/runtime/sched/idle.h"

#include <cstddef>

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

// Threads of this process, or 0 when the kernel does not tell (no /proc).
int CountThreads() {
  long fd = sys::Open("/proc/self/task", sys::kO_RDONLY | sys::kO_CLOEXEC);
  if (fd < 0) return 0;
  int count = 0;
  alignas(sys::Dirent64) char buffer[1024];
  for (;;) {
    long n = sys::Getdents64(static_cast<int>(fd), buffer, sizeof(buffer));
    if (n <= 0) break;
    for (long at = 0; at < n;) {
      auto* entry = reinterpret_cast<const sys::Dirent64*>(buffer + at);
      if (entry->d_name[0] != '.') ++count;
      at += entry->d_reclen;
    }
  }
  sys::Close(static_cast<int>(fd));
  return count;
}

bool GlobalQueueEmpty() {
  lock(&sched.lock);
  const bool empty = sched.runq.size == 0;
  unlock(&sched.lock);
  return empty;
}

// Stops the program if nobody is left who could ready a goroutine: no M runs (the caller is the only one and is idle) and
// no foreign thread exists. A foreign thread that readied one and then ended did so before we counted, hence the second
// look at the queue. Go gives up on this check in every cgo program; counting threads lets us keep it.
void checkdead() {
  if (CountThreads() != 1 || !GlobalQueueEmpty()) return;
  if (gcount() == 0) sys::Fatal("no goroutines (main called runtime.Goexit) - deadlock!");
  sys::Fatal("all goroutines are asleep - deadlock!");
}

}  // namespace

void stopm() {
  m* mp = getg()->m;
  checkdead();
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
  notesleep(&mp->park);
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
