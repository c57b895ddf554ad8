#include "gort/runtime/sched/preempt.h"

#include <atomic>

#include "gort/gstruct/g.h"
#include "gort/gstruct/stack.h"
#include "gort/runtime/lock/lock.h"

namespace gort::runtime {

#if defined(__OPTIMIZE__)
constinit bool preemptasks = true;
#else
constinit bool preemptasks = false;
#endif

namespace {

// Guards m.guardword: while it is held, the word does not go away with its thread.
constinit mutex guardlock{};

}  // namespace

void setguardword(m* mp, std::uintptr_t* word) {
  lock(&guardlock);
  mp->guardword = word;
  unlock(&guardlock);
}

bool preemptone(p* pp) {
  lock(&guardlock);
  m* mp = pp->m.load(std::memory_order_acquire);  // an m is never freed
  const bool hears = mp != nullptr && mp->guardword != nullptr;
  if (hears) {
    // The goroutine may just leave, or be another one by now, but a g is never freed either: who is asked by mistake yields
    // once for nothing. Relaxed: nothing is published.
    if (g* gp = __atomic_load_n(&mp->curg, __ATOMIC_RELAXED); gp != nullptr) {
      __atomic_store_n(&gp->stackguard0, stackPreempt, __ATOMIC_RELAXED);
    }
    // Release: who sees the word sees stackguard0.
    __atomic_store_n(mp->guardword, stackPreempt, __ATOMIC_RELEASE);
  }
  unlock(&guardlock);
  return hears;
}

}  // namespace gort::runtime
