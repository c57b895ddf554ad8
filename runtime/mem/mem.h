// Memory for layers that must also run without libc: libc's malloc where the program has one, heap.h where it has not.
//
// The program decides, once, when it is linked: malloc and free are weak references here, so a freestanding program
// links without them, and in a hosted one the memory is what sanitizers and heap profilers already know.
#ifndef GORT_RUNTIME_MEM_MEM_H_
#define GORT_RUNTIME_MEM_MEM_H_

#include <cstddef>

namespace gort::runtime {

// Returns `size_bytes` (at least one) of uninitialised memory at a multiple of `align`, a power of two; null when there is
// none, or when the sum overflows.
// Runs on: any, but not a signal handler.  Needs P: no.  Locks: takes libc's or the heap's own for a moment, so no lock may be
// held that a malloc replacement could ask for.  Blocks: never.
[[nodiscard]] void* memalloc(size_t size_bytes, size_t align);

// Gives back what memalloc returned for the same size and alignment. Null is allowed.
// Runs on: any, but not a signal handler.  Needs P: no.  Locks: as memalloc.  Blocks: never.
void memfree(void* memory, size_t size_bytes, size_t align);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_MEM_MEM_H_
