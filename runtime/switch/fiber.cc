#include "gort/runtime/switch/fiber.h"

#include "gort/gstruct/m.h"
#include "gort/runtime/switch/getg.h"

#if GORT_FIBER_HOOKS

#if defined(GORT_FIBER_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#else
#include <sanitizer/tsan_interface.h>
#endif

// No instrumentation at all here: TSan pairs function entries with exits on the shadow stack of the current fiber, and
// these functions enter on one and leave on another.
#if defined(__clang__)
#define GORT_UNINSTRUMENTED __attribute__((disable_sanitizer_instrumentation))
#else
#define GORT_UNINSTRUMENTED __attribute__((no_sanitize("address", "thread")))
#endif

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

#if defined(GORT_FIBER_ASAN)
// g.racectx of a goroutine that will not run again; no fake stack has this address.
constexpr uintptr_t kRetired = 1;
#endif

GORT_UNINSTRUMENTED const gobuf* McallOnG0(g* gp, void* arg) {
  const McallArgs args = *static_cast<McallArgs*>(arg);  // read at once: fn may let another thread resume gp
  g* g0 = getg();
  Arrive(g0);
  const gobuf* next = args.fn(gp, args.arg);
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

#if defined(GORT_FIBER_ASAN)

GORT_UNINSTRUMENTED void Leave(g* from, g* to) {
  void** save = from->racectx == kRetired ? nullptr : reinterpret_cast<void**>(&from->racectx);
  __sanitizer_start_switch_fiber(save, reinterpret_cast<void*>(to->stack.lo), to->stack.hi - to->stack.lo);
}

GORT_UNINSTRUMENTED void Arrive(g* gp) {
  __sanitizer_finish_switch_fiber(reinterpret_cast<void*>(gp->racectx), nullptr, nullptr);
}

void Create(g* gp) {
  gp->racectx = 0;
  // Frames that the stack's last owner left without returning (Goexit of old, noreturn calls) may have left poison.
  __asan_unpoison_memory_region(reinterpret_cast<void*>(gp->stack.lo), gp->stack.hi - gp->stack.lo);
}
void Adopt(g* g0) { g0->racectx = 0; }
void Retire(g* gp) { gp->racectx = kRetired; }
void Destroy(g* gp) { gp->racectx = 0; }

#else  // GORT_FIBER_TSAN

// 0: the switch orders what was written before it and what is read after it. That is true on one M, and the scheduler
// relies on it for the fields of m, p and g. Its price: TSan sees no race between two goroutines that took turns on the
// same M, only between Ms.
GORT_UNINSTRUMENTED void Leave(g*, g* to) { __tsan_switch_to_fiber(reinterpret_cast<void*>(to->racectx), 0); }

GORT_UNINSTRUMENTED void Arrive(g*) {}

void Create(g* gp) { gp->racectx = reinterpret_cast<uintptr_t>(__tsan_create_fiber(0)); }
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
