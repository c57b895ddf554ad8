#include "gort/runtime/switch/race.h"

#if defined(GORT_RACE)

#include <sanitizer/tsan_interface.h>

#include "gort/gstruct/waitreason.h"

// Of TSan's interface for Java, which has no header: "this memory is a new block", and "... is gone".
extern "C" void __tsan_java_alloc(unsigned long ptr, unsigned long size_bytes);
extern "C" void __tsan_java_free(unsigned long ptr, unsigned long size_bytes);

namespace gort::runtime {

void raceacquire(const void* addr) { __tsan_acquire(const_cast<void*>(addr)); }

void racereleasemerge(const void* addr) { __tsan_release(const_cast<void*>(addr)); }

void racerelease(const void* addr) {
  // The interface has no name for it. An atomic store would do, but count as an access.
  __tsan_java_free(reinterpret_cast<uintptr_t>(addr) & ~(sizeof(uintptr_t) - 1), sizeof(uintptr_t));
  racereleasemerge(addr);
}

void raceforget(const void* addr, size_t size_bytes) {
  __tsan_java_alloc(reinterpret_cast<uintptr_t>(addr), size_bytes);
  // The block's own entry, at its first word, is taken back at once, or it would be lost at the next call.
  __tsan_java_free(reinterpret_cast<uintptr_t>(addr), sizeof(uintptr_t));
}

void racepark(g* gp) {
  if (gp->bubble != nullptr) racereleasemerge(gp->bubble);
}

void raceready(g* gp) {
  // A bubble's clock moves when all others wait, so there a sleep does order.
  if (gp->waitreason != WaitReason::kSleep || gp->bubble != nullptr) racerelease(&gp->racectx);
}

void raceresume(g* gp) { raceacquire(&gp->racectx); }

}  // namespace gort::runtime

#endif  // GORT_RACE
