// The search for leaked goroutines as its users start it: without abseil, for every program that has gort's main links it.
#ifndef GORT_RUNTIME_DEBUG_FINDLEAKS_H_
#define GORT_RUNTIME_DEBUG_FINDLEAKS_H_

#include <cstdint>

#include "gort/runtime/debug/reach.h"

namespace gort::runtime {

// The lowest address of the frame it is inlined into, above which the registers lie that its caller may hold references in.
[[gnu::always_inline]] inline std::uintptr_t FrameWithRegisters() {
  __builtin_unwind_init();
  return reinterpret_cast<std::uintptr_t>(__builtin_alloca(16));
}

// Looks with the world stopped, and again while somebody was met between waiting and running, which takes a moment; but not for ever:
// where many goroutines work there is always one. In: search->caller_sp. Out: the rest, `unsupported` with an error as well.
// Runs on: any thread.  Blocks: M, and every other thread.
void FindLeaks(LeakSearch* search);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_FINDLEAKS_H_
