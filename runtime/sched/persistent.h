// Memory that is never given back: ms, ps, and what else lives as long as the process.
#ifndef GORT_RUNTIME_SCHED_PERSISTENT_H_
#define GORT_RUNTIME_SCHED_PERSISTENT_H_

#include <cstddef>
#include <new>

namespace gort::runtime {

// `size_bytes` of zeroed memory, 64-byte aligned.
// Runs on: any.  Locks: takes one of its own.  Blocks: never.  Errors: stops the program when there is none.
// Source: Go 1.27 runtime.persistentalloc.
void* persistentalloc(std::size_t size_bytes);

template <class T>
T* persistentnew() {
  return new (persistentalloc(sizeof(T))) T{};
}

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_PERSISTENT_H_
