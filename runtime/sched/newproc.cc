#include "gort/runtime/sched/newproc.h"

#include <atomic>

#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/sched/bubble.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/labels.h"
#include "gort/runtime/sched/machine.h"
#include "gort/runtime/sched/malg.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/sched/runq.h"
#include "gort/runtime/sched/seeded.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/sysmon.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/switch/race.h"
#include "gort/runtime/switch/switch.h"
#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/stack.h"

// One byte into runtime.goexit: see amd64/sched.S.
extern "C" char gort_goexit[] asm("runtime.goexit");

namespace gort::runtime {

namespace {

// The caller's P for as long as this lives; null when it has none.
class PinnedP {
 public:
  PinnedP() : mp_(getg() != nullptr ? getg()->m : nullptr), pp_(mp_ != nullptr ? pin(mp_) : nullptr) {}
  ~PinnedP() {
    if (mp_ != nullptr) unpin(mp_);
  }
  PinnedP(const PinnedP&) = delete;
  PinnedP& operator=(const PinnedP&) = delete;
  p* get() const { return pp_; }

 private:
  m* mp_;
  p* pp_;
};

// goids are handed to Ps in batches, so that starting a goroutine touches no shared counter.
std::uint64_t NextGoid(p* pp) {
  if (pp == nullptr) return sched.goidgen.fetch_add(1, std::memory_order_relaxed) + 1;
  if (pp->goidcache == pp->goidcacheend) {
    pp->goidcache = sched.goidgen.fetch_add(goidCacheBatch, std::memory_order_relaxed) + 1;
    pp->goidcacheend = pp->goidcache + goidCacheBatch;
  }
  return pp->goidcache++;
}

// The user's main expects the stack that a main has: RLIMIT_STACK. Only address space until it is touched.
std::size_t MainStackBytes() {
  constexpr std::size_t kWhenUnlimited = 64 << 20;
  sys::Rlimit limit;
  if (sys::Getrlimit(sys::kRLIMIT_STACK, &limit) != 0) return kDefaultStackBytes;
  if (limit.rlim_cur == UINT64_MAX) return kWhenUnlimited;
  if (limit.rlim_cur < kDefaultStackBytes) return kDefaultStackBytes;
  return limit.rlim_cur < kMaxStackBytes ? limit.rlim_cur : kMaxStackBytes;
}

#if GORT_FIBER_HOOKS
// First frame of a goroutine where a sanitizer must be told that its stack has been reached.
void StartUnderSanitizer(void* closure) {
  g* gp = getg();
  fiber::Arrive(gp);
  raceresume(gp);
  reinterpret_cast<void (*)(void*)>(gp->startpc)(closure);
}
#endif

}  // namespace

g* newproc1(void (*fn)(void*), std::size_t closure_bytes, std::size_t closure_align, const GoSpec& spec, void** room) {
  if (fn == nullptr) sys::Fatal("go of nil func value");
  if (!started.load(std::memory_order_acquire)) startearly();
  const PinnedP pinned;
  p* pp = pinned.get();
  g* gp = gfget(pp, spec.stack_bytes, closure_bytes, closure_align, room);
  fiber::Create(gp);
  gp->startpc = reinterpret_cast<uintptr_t>(fn);
  auto* entry = fn;
#if GORT_FIBER_HOOKS
  entry = &StartUnderSanitizer;
#endif
  gostartcall(&gp->sched, gp, gp->stack, entry, *room, reinterpret_cast<uintptr_t>(gort_goexit) + 1);
  gp->stktopsp = gp->sched.sp;
  gp->_panic = nullptr;
  gp->uncaughtExceptions = 0;
  gp->param = nullptr;
  gp->waitreason = WaitReason::kZero;
  gp->name = spec.name;
  gp->gofile = spec.file;
  gp->gofunction = spec.function;
  gp->goline = spec.line;
  gp->gopc = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
  const g* self = getg();
  gp->parentGoid = self != nullptr ? self->goid : 0;
  exchangelabels(gp, self != nullptr ? reflabels(self->labels) : nullptr);  // it had none
  gp->bubble = self != nullptr ? self->bubble : nullptr;
  gp->goid = NextGoid(pp);
  return gp;
}

void newprocabandon(g* gp) {
  const PinnedP pinned;
  droplabels(gp);
  fiber::Destroy(gp);
  gfput(pinned.get(), gp);
}

void newprocready(g* gp) {
  raceready(gp);
  traceGoCreate(gp);
  if (gp->bubble != nullptr) [[unlikely]] bubblestart(gp->bubble);
  casgstatus(gp, kGdead, kGrunnable);
  const bool others = mainStarted.load(std::memory_order_acquire);  // false: main itself, or a constructor's
  if (others && !sched.sysmonstarted.load(std::memory_order_relaxed)) startsysmon();
  {
    const PinnedP pinned;
    if (p* pp = pinned.get(); pp != nullptr) [[likely]] {
      CountOne(&pp->goroutinesCreated);
      runqput(pp, gp, true);
      if (others) wakep();
      gp = nullptr;
    }
  }
  if (gp != nullptr) {
    sched.goroutinesCreated.fetch_add(1, std::memory_order_relaxed);
    injectg(gp);
    const g* self = getg();
    if (self != nullptr && self == self->m->curg && self->atomicstatus.load(std::memory_order_relaxed) == kGrunning) regainp();
    return;
  }
  seededpoint();
}

void newproc(void (*const* fnword)(void*)) {
  MarkStartup(StartupStep::kNewproc);
  GoSpec spec;
  spec.stack_bytes = MainStackBytes();
  void* room;
  g* gp = newproc1(*fnword, 0, 1, spec, &room);
  gp->goid = 1;
  --procat(0)->goidcache;  // not used after all
  newprocready(gp);
}

}  // namespace gort::runtime
