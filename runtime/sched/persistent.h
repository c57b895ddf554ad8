// Memory that is never given back: ms, ps, and what else lives as long as the process.
#ifndef GORT_RUNTIME_SCHED_PERSISTENT_H_
#define GORT_RUNTIME_SCHED_PERSISTENT_H_

#include <cstddef>
#include <new>

#include "gort/gstruct/sanitizers.h"
#include "gort/runtime/switch/race.h"

GORT_RACE_INVISIBLE_BEGIN

namespace gort::runtime {

// `size_bytes` of zeroed memory, 64-byte aligned.
// Runs on: any.  Locks: takes one of its own.  Blocks: never.  Errors: stops the program when there is none.
// Source: Go 1.27 runtime.persistentalloc.
void* persistentalloc(std::size_t size_bytes);

template <class T>
T* persistentnew() {
  auto* made = new (persistentalloc(sizeof(T))) T{};
  raceforget(made, sizeof(T));
  return made;
}

}  // namespace gort::runtime

GORT_RACE_INVISIBLE_END

#endif  // GORT_RUNTIME_SCHED_PERSISTENT_H_
