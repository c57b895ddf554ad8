#include "gort/runtime/sched/thread.h"

#include <atomic>

#include "gort/gstruct/status.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/sched/persistent.h"
#include "gort/runtime/sched/rand.h"
#include "gort/runtime/sys/linux.h"

namespace gort::runtime {

constinit std::atomic<std::uint32_t> threadwakes{0};

namespace {

// An m and its g, side by side: they are never apart.
struct ExtraM {
  m mp;
  g gp;
};

}  // namespace

g* needm() {
  lock(&sched.lock);
  m* mp = sched.extram;
  if (mp != nullptr) sched.extram = mp->schedlink;
  unlock(&sched.lock);
  if (mp == nullptr) {
    auto* extra = persistentnew<ExtraM>();
    mp = &extra->mp;
    mp->g0 = &extra->gp;
    mp->isextra = true;
    mp->id = -1;
    mp->ehglobals = &mp->ehnone;
    extra->gp.m = mp;
  }
  mp->schedlink = nullptr;
  mp->procid = static_cast<std::uint64_t>(sys::Gettid());
  mp->cheaprand = randseed(mp);
  mp->g0->atomicstatus.store(kGrunning, std::memory_order_relaxed);
  setg(mp->g0);
  if (hooks.threadattach != nullptr) hooks.threadattach();
  return mp->g0;
}

void dropm() {
  g* gp = getg();
  if (gp == nullptr || !isthread(gp)) return;
  setg(nullptr);
  droplabels(gp);
  m* mp = gp->m;
  gp->atomicstatus.store(kGdead, std::memory_order_relaxed);
  lock(&sched.lock);
  mp->schedlink = sched.extram;
  sched.extram = mp;
  unlock(&sched.lock);
}

}  // namespace gort::runtime
