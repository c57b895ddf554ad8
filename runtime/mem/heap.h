// The allocator of programs without libc: size classes with free lists, whole mappings for what is large.
//
//   size <= 4096:  rounded up to a power of two, 16 or more. Pages are cut into blocks of one class; a freed block goes to
//                  the list of its class and is the next to be handed out. A page never changes its class again.
//   larger:        a mapping of its own, unmapped when freed.
//
// A block of 2^n bytes lies at a multiple of 2^n, so alignment costs nothing but rounding. The caller says the size again
// when it frees, hence no header. Rejected: per-P caches. Channels, timers and contexts are made rarely next to how
// often they are used, and a freestanding program wants few bytes of code.
#ifndef GORT_RUNTIME_MEM_HEAP_H_
#define GORT_RUNTIME_MEM_HEAP_H_

#include <cstddef>

namespace gort::runtime {

// As memalloc.
// Runs on: any, but not a signal handler.  Needs P: no.  Locks: the heap's own, for a few instructions.  Blocks: never.
[[nodiscard]] void* heapalloc(size_t size_bytes, size_t align);

// As memfree.
// Runs on: any, but not a signal handler.  Needs P: no.  Locks: the heap's own, for a few instructions.  Blocks: never.
void heapfree(void* memory, size_t size_bytes, size_t align);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_MEM_HEAP_H_
