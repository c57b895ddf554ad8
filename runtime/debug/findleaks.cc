#include "gort/runtime/debug/findleaks.h"

#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sched/thread.h"
#include "gort/runtime/sched/world.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/sanitizer.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GORT_HAS_SHADOW_MEMORY 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GORT_HAS_SHADOW_MEMORY 1
#endif

namespace gort::runtime {

namespace {

#if defined(GORT_HAS_SHADOW_MEMORY)
constexpr bool kHasShadowMemory = true;
#else
constexpr bool kHasShadowMemory = false;
#endif

}  // namespace

void FindLeaks(LeakSearch* search) {
  constexpr int kSearches = 10;
  const std::uintptr_t caller_sp = search->caller_sp;
  if (kHasShadowMemory || RunningOnValgrind()) {
    *search = {.unsupported = true,
               .error = "the tables of AddressSanitizer, ThreadSanitizer and Valgrind refer to all memory; use a build without"};
    return;
  }
  ensurestarted();
  selfg();
  for (int i = 0; i < kSearches; ++i) {
    *search = {.caller_sp = caller_sp};
    withworldstopped(&SearchLeaks, search);
    if (search->error != nullptr || search->unsettled == 0) return;
    sys::SchedYield();
  }
}

}  // namespace gort::runtime
