#include "gort/runtime/preempt/preempt.h"

#include <cpuid.h>

#include <atomic>
#include <cerrno>

#include "gort/gstruct/g.h"
#include "gort/gstruct/m.h"
#include "gort/gstruct/p.h"
#include "gort/gstruct/stack.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/preempt/amd64/frame.h"
#include "gort/runtime/sched/hooks.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/fatal.h"

namespace gort::runtime {

// The state components that __morestack saves by xsave; 0: by fxsave. Written once, before main.
extern std::uint32_t xsavemask asm("runtime.xsavemask");
constinit std::uint32_t xsavemask = 0;

namespace {

// What a yield needs below the prologue: __morestack's frame and the scheduler's, with room to spare. A goroutine so near to
// its end loses its P instead, as one without prologues.
constexpr std::uintptr_t kRoomBytes = 4096;

constinit std::atomic<std::uint64_t> preempted{0};

// glibc's and both compilers' place for it in the thread's control block. Found anew each time: a goroutine changes threads.
std::uintptr_t* GuardWord() {
  std::uintptr_t self;
  asm volatile("movq %%fs:0, %0" : "=r"(self));
  return reinterpret_cast<std::uintptr_t*>(self + GUARD_WORD_OFFSET);
}

// Not inlined: a compiler takes errno's address once per function, and after the yield it is another thread's.
[[gnu::noinline]] int ReadErrno() {
  asm volatile("");
  return errno;
}
[[gnu::noinline]] void WriteErrno(int value) {
  asm volatile("");
  errno = value;
}

// Source: Go 1.27 runtime.canPreemptM, and newstack's conditions.
bool MayYield(const g* gp, std::uintptr_t sp) {
  if (gp == nullptr || __atomic_load_n(&gp->stackguard0, __ATOMIC_RELAXED) != stackPreempt) return false;
  const m* mp = gp->m;
  return gp == mp->curg &&  // not g0
         // not a signal's stack, nor one of the user's own making
         sp > gp->stack.lo + kRoomBytes && sp < gp->stack.hi &&
         // in Blocking it keeps nobody from running
         gp->atomicstatus.load(std::memory_order_relaxed) == kGrunning &&
         // a function of the user's that the runtime calls while it needs its P, or holds a lock
         mp->locks.load(std::memory_order_relaxed) == 0;
}

// The components in which arguments are passed: SSE (xmm0-7), AVX (their upper halves), ZMM_Hi256 (and the rest).
// Source: Intel SDM vol. 1, 13.1 to 13.5.
std::uint32_t ArgumentComponents() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0) return 0;
  std::uint32_t enabled;
  asm("xgetbv" : "=a"(enabled), "=d"(d) : "c"(0));
  constexpr unsigned kSse = 1;
  constexpr unsigned kAvx = 2;
  constexpr unsigned kZmmHi256 = 6;
  const std::uint32_t mask = enabled & (1U << kSse | 1U << kAvx | 1U << kZmmHi256);
  for (const unsigned component : {kAvx, kZmmHi256}) {
    if ((mask & 1U << component) == 0) continue;
    __get_cpuid_count(0xd, component, &a, &b, &c, &d);  // a: its size, b: its place
    if (a + b > VECTOR_AREA_BYTES) sys::Fatal("preempt: this CPU's vector state is larger than __morestack's frame; do not link //runtime/preempt");
  }
  return mask;
}

// Before other constructors, which may run goroutines. 101 is the first priority that is not the implementation's.
[[gnu::constructor(101)]] void Install() {
  xsavemask = ArgumentComponents();
  hooks.guardword = &GuardWord;
}

}  // namespace

void newstack(std::uintptr_t sp) {
  __atomic_store_n(GuardWord(), std::uintptr_t{0}, __ATOMIC_RELAXED);
  g* gp = getg();
  if (!MayYield(gp, sp)) return;
  __atomic_store_n(&gp->stackguard0, gp->stack.lo + stackGuard, __ATOMIC_RELAXED);
  preempted.fetch_add(1, std::memory_order_relaxed);
  // The request is granted. Left set, it would make the scheduler prefer the global queue, where it would find this goroutine.
  m* mp = gp->m;
  if (p* pp = pin(mp); pp != nullptr) pp->preempt.store(false, std::memory_order_relaxed);
  unpin(mp);
  // The caller does not know that it calls anything: between a failed call and a look at errno there may be a prologue.
  const int saved_errno = ReadErrno();
  gosched();
  WriteErrno(saved_errno);
}

std::uint64_t preemptcount() { return preempted.load(std::memory_order_relaxed); }

}  // namespace gort::runtime
