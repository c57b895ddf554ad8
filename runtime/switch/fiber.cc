#include "gort/runtime/switch/fiber.h"

#include <atomic>
#include <cstdint>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/switch/race.h"

#if GORT_FIBER_HOOKS

#if GORT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#else
#include <sanitizer/tsan_interface.h>
#endif

// Most of what follows is GORT_UNINSTRUMENTED: TSan pairs function entries with exits on the shadow stack of the current fiber, and
// these functions enter on one and leave on another.
namespace gort::runtime::fiber {

namespace {

using RawMcall = void (*)(const gobuf* (*)(g*, void*), void*);

struct McallArgs {
  const gobuf* (*fn)(g*, void*);
  void* arg;
};

struct SystemstackArgs {
  void (*fn)(void*);
  void* arg;
  g* gp;
};

#if GORT_ASAN || defined(GORT_RACE)
// gp's frames and closure: its slot without the g, which outlives them. A g that was made without a slot has frames only.
struct stack FramesAndClosure(const g* gp) {
  if (gp->slot.hi == 0) return gp->stack;
  const uintptr_t end = reinterpret_cast<uintptr_t>(gp);
  const bool inside = gp->slot.lo <= end && end < gp->slot.hi;
  return {gp->slot.lo, inside ? end : gp->slot.hi};
}
#endif

#if GORT_ASAN
// g.racectx of a goroutine that will not run again; no fake stack has this address.
constexpr uintptr_t kRetired = 1;
// How much of a dead goroutine's stack is poisoned, from its top. All of it would cost an eighth of what is mostly untouched.
constexpr uintptr_t kPoisonBytes = 64 << 10;

// The number of the leak check under way, 0 for none. Writers: BeginLeakCheck; whoever waited for its end.
constinit std::atomic<std::uint32_t> leakcheck{0};
constinit std::atomic<int> held{0};

bool RunsGoroutine(const g* self) {
  if (self == nullptr || self->m == nullptr) return false;
  const g* gp = self->m->curg;
  return gp != nullptr && gp->atomicstatus.load(std::memory_order_relaxed) == kGrunning;
}

// LeakSanitizer says when a check begins, and not when it ends; but it has its lock as long, and this function takes it.
void TakeLeakSanitizersLock() {
  static constinit char no_object = 0;
  __lsan_ignore_object(&no_object);
}
#endif

GORT_UNINSTRUMENTED const gobuf* McallOnG0(g* gp, void* arg) {
  const McallArgs args = *static_cast<McallArgs*>(arg);  // read at once: fn may let another thread resume gp
  g* g0 = getg();
  Arrive(g0);
  const gobuf* next = args.fn(gp, args.arg);
  AwaitLeakCheck(g0);
  Leave(g0, next->g);
  return next;
}

GORT_UNINSTRUMENTED void SystemstackOnG0(void* arg) {
  const SystemstackArgs args = *static_cast<SystemstackArgs*>(arg);
  // By destructor, because an exception of fn leaves too: unwinding goes from g0's stack to gp's.
  struct Visit {
    g* g0;
    g* gp;
    GORT_UNINSTRUMENTED Visit(g* g0_value, g* gp_value) : g0(g0_value), gp(gp_value) { Arrive(g0); }
    GORT_UNINSTRUMENTED ~Visit() { Leave(g0, gp); }
  } visit(getg(), args.gp);
  args.fn(args.arg);
}

}  // namespace

#if GORT_ASAN

void BeginLeakCheck() {
  static constinit std::uint32_t checks = 0;  // guard: LeakSanitizer's lock
  leakcheck.store(++checks, std::memory_order_seq_cst);
}

int HeldByLeakCheck() { return held.load(std::memory_order_acquire); }

GORT_UNINSTRUMENTED void AwaitLeakCheck(g* self) {
  std::uint32_t check = leakcheck.load(std::memory_order_seq_cst);
  while (check != 0) [[unlikely]] {
    const int runs = RunsGoroutine(self) ? 1 : 0;
    held.fetch_add(runs, std::memory_order_acq_rel);
    TakeLeakSanitizersLock();
    held.fetch_sub(runs, std::memory_order_acq_rel);
    leakcheck.compare_exchange_strong(check, 0, std::memory_order_seq_cst);  // it fails when the next check has begun
    check = leakcheck.load(std::memory_order_seq_cst);
  }
}

GORT_UNINSTRUMENTED void Leave(g* from, g* to) {
  void** save = from->racectx == kRetired ? nullptr : reinterpret_cast<void**>(&from->racectx);
  __sanitizer_start_switch_fiber(save, reinterpret_cast<void*>(to->stack.lo), to->stack.hi - to->stack.lo);
}

GORT_UNINSTRUMENTED void Arrive(g* gp) {
  __sanitizer_finish_switch_fiber(reinterpret_cast<void*>(gp->racectx), nullptr, nullptr);
}

void Create(g* gp) {
  gp->racectx = 0;
  const struct stack own = FramesAndClosure(gp);
  __asan_unpoison_memory_region(reinterpret_cast<void*>(own.lo), own.hi - own.lo);
}
void Adopt(g* g0) { g0->racectx = 0; }
void Retire(g* gp) { gp->racectx = kRetired; }
// A pointer into the stack of a goroutine that has ended is from now on as bad as one into freed memory.
void Destroy(g* gp) {
  gp->racectx = 0;
  const struct stack own = FramesAndClosure(gp);
  const uintptr_t lo = own.hi - own.lo > kPoisonBytes ? own.hi - kPoisonBytes : own.lo;
  __asan_poison_memory_region(reinterpret_cast<void*>(lo), own.hi - lo);
}

#elif !defined(GORT_RACE)

// 0: the switch orders what was written before it and what is read after it. That is true on one M, and the scheduler
// relies on it for the fields of m, p and g. Its price: TSan sees no race between two goroutines that took turns on the
// same M, only between Ms. --config=race is for those.
GORT_UNINSTRUMENTED void Leave(g*, g* to) { __tsan_switch_to_fiber(reinterpret_cast<void*>(to->racectx), 0); }

void Create(g* gp) { gp->racectx = reinterpret_cast<uintptr_t>(__tsan_create_fiber(0)); }

#else  // GORT_RACE

// The thread_locals of the program and of the libraries that it was started with. Bound: of more than a page the rest is not covered.
constexpr size_t kTlsBytes = 4096;

uintptr_t ThreadLocals() {
  uintptr_t thread_pointer;
#if defined(__x86_64__)
  asm("movq %%fs:0, %0" : "=r"(thread_pointer));
  return (thread_pointer & ~uintptr_t{7}) - kTlsBytes;  // they lie below it
#else
  thread_pointer = reinterpret_cast<uintptr_t>(__builtin_thread_pointer());
  return thread_pointer & ~uintptr_t{7};
#endif
}

// No order from one goroutine to the next on the same M: race.h. Except for what is the thread's: the one after the other may use that.
GORT_UNINSTRUMENTED void Leave(g*, g* to) {
  raceforget(reinterpret_cast<void*>(ThreadLocals()), kTlsBytes);
  __tsan_switch_to_fiber(reinterpret_cast<void*>(to->racectx), __tsan_switch_to_fiber_no_sync);
}

void Create(g* gp) {
  gp->racectx = reinterpret_cast<uintptr_t>(__tsan_create_fiber(0));
  // What the last goroutine wrote to this stack is no race with the next one's writes. Rejected: to let the end of a goroutine happen
  // before the start of the next on its stack. It would hide a race of the two.
  const struct stack own = FramesAndClosure(gp);
  raceforget(reinterpret_cast<void*>(own.lo), own.hi - own.lo);
}

#endif

#if GORT_TSAN

GORT_UNINSTRUMENTED void Arrive(g*) {}

void Adopt(g* g0) { g0->racectx = reinterpret_cast<uintptr_t>(__tsan_get_current_fiber()); }
void Retire(g*) {}
void Destroy(g* gp) {
  __tsan_destroy_fiber(reinterpret_cast<void*>(gp->racectx));
  gp->racectx = 0;
}

#endif

GORT_UNINSTRUMENTED void Mcall(RawMcall raw, const gobuf* (*fn)(g*, void*), void* arg) {
  McallArgs args = {fn, arg};
  g* gp = getg();
  Leave(gp, gp->m->g0);
  raw(&McallOnG0, &args);
  Arrive(gp);
}

GORT_UNINSTRUMENTED void Systemstack(void (*raw)(void (*)(void*), void*), void (*fn)(void*), void* arg) {
  g* gp = getg();
  if (gp != gp->m->curg) {  // on g0 already: no switch to announce
    fn(arg);
    return;
  }
  SystemstackArgs args = {fn, arg, gp};
  struct Absence {
    g* gp;
    GORT_UNINSTRUMENTED explicit Absence(g* gp_value) : gp(gp_value) { Leave(gp, gp->m->g0); }
    GORT_UNINSTRUMENTED ~Absence() { Arrive(gp); }
  } absence(gp);
  raw(&SystemstackOnG0, &args);
}

}  // namespace gort::runtime::fiber

#endif  // GORT_FIBER_HOOKS
