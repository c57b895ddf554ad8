// All stacks of a process: the pools, the large ones, and what the functions of stack.h do.
//
// The runtime has one heap; it is a class so that tests can have others, with another configuration.
#ifndef GORT_STACK_HEAP_H_
#define GORT_STACK_HEAP_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/stack.h"
#include "gort/stack/geometry.h"
#include "gort/stack/guard.h"
#include "gort/stack/large.h"
#include "gort/stack/pool.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

// Each function has the contract of its namesake in stack.h. All zero bytes before Init. Address space is never given
// back, so an object of this class must outlive its stacks; there is no destructor.
class StackHeap {
 public:
  StackError Init(const StackConfig& config);
  stack Alloc(StackCache* cache, size_t size_bytes, StackError* error);
  void Free(StackCache* cache, stack s);
  void Flush(StackCache* cache);
  StackLocation Locate(uintptr_t addr) const;
  size_t HighWater(stack s) const;
  size_t Scavenge(size_t max_bytes);
  StackStats ReadStats();

 private:
  stack AllocSlow(StackMagazine* magazine, int size_class, size_t size_bytes, StackError* error);
  StackSlot* Take(StackMagazine* magazine, int size_class, StackError* error);
  void Give(StackMagazine* magazine, int size_class, StackSlot* slot);

  std::atomic<bool> initialised_{false};
  size_t page_bytes_ = 0;  // constant after Init
  StackGuards guards_;
  StackPool pools_[kNumStackClasses];
  LargeStacks large_;
};

}  // namespace gort::runtime

#endif  // GORT_STACK_HEAP_H_
