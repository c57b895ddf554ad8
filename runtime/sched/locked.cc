#include "gort/runtime/sched/locked.h"

#include "gort/gstruct/m.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/lock/note.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

void lockosthread() {
  g* gp = getg();
  if (gp == nullptr || gp == gp->m->g0) return;
  ++gp->m->lockedExt;
  gp->m->lockedg = gp;
  gp->lockedm = gp->m;
}

void unlockosthread() {
  g* gp = getg();
  if (gp == nullptr || gp == gp->m->g0 || gp->m->lockedExt == 0) return;
  if (--gp->m->lockedExt != 0) return;
  gp->m->lockedg = nullptr;
  gp->lockedm = nullptr;
}

void stoplockedm() {
  m* mp = getg()->m;
  if (mp->p != nullptr) handoffp(releasep(mp));
  lock(&sched.lock);
  ++sched.nmidlelocked;
  unlock(&sched.lock);
  mp->blocked = true;
  notesleep(&mp->park);
  mp->blocked = false;
  noteclear(&mp->park);
  p* pp = mp->nextp;
  mp->nextp = nullptr;
  acquirep(mp, pp);
}

void startlockedm(g* gp) {
  m* mp = gp->lockedm;
  m* self = getg()->m;
  if (mp == self) sys::Fatal("startlockedm: the goroutine is locked to this very M");
  lock(&sched.lock);
  --sched.nmidlelocked;
  unlock(&sched.lock);
  mp->nextp = releasep(self);
  notewakeup(&mp->park);
  stopm();
}

}  // namespace gort::runtime
