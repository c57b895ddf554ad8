// Reading what another thread writes without telling us.
#ifndef GORT_RUNTIME_SCHED_PEEK_H_
#define GORT_RUNTIME_SCHED_PEEK_H_

#include <atomic>

namespace gort::runtime {

#if defined(__clang__)
#define GORT_RACY __attribute__((noinline, no_sanitize("thread")))
#else
#define GORT_RACY __attribute__((noinline))
#endif

// A field of a g, m or p that belongs to somebody else, as of a moment ago. For outputs about the scheduler, which would have to
// stop it to get a picture of one moment. Only for a word or less, in memory that stays: such a load is whole on the
// machines that we know, although the language does not say so; and for pointers to what never goes away (g, m, p).
// Static, so that the linker takes nobody else's copy, which may have a checking prologue (runtime/preempt).
// Runs on: any.  Blocks: never.
template <class T>
GORT_RACY static T Peek(const T& field) {
  static_assert(sizeof(T) <= sizeof(void*), "a larger field could be torn");
  return *const_cast<const volatile T*>(&field);
}

// The same of an atomic field in memory that its maker may not have published to us: the status of an M's current goroutine.
template <class T>
static T Peek(const std::atomic<T>& field) {
  static_assert(sizeof(T) == sizeof(field));
  return Peek(reinterpret_cast<const T&>(field));
}

#undef GORT_RACY

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_PEEK_H_
