#include "gort/stack/stack.h"

#include "gort/stack/heap.h"

namespace gort::runtime {
namespace {

// The process's stacks. All zero until stackinit; no constructor runs.
constinit StackHeap stack_heap{};

}  // namespace

const char* StackErrorSentence(StackError error) {
  switch (error) {
    case StackError::kNone:
      return "no error";
    case StackError::kNotInitialised:
      return "no stack before stackinit: schedinit calls it; a program without the scheduler must do so itself";
    case StackError::kBadConfig:
      return "stackinit: the page size must be a power of two from 4096 to 65536 bytes; pass AT_PAGESZ";
    case StackError::kTooLarge:
      return "a stack may have at most 1 GiB; ask for less, or lower RLIMIT_STACK (ulimit -s) if it is main's";
    case StackError::kNoAddressSpace:
      return "no address space for more stacks; raise RLIMIT_AS (ulimit -v), or use smaller stacks";
    case StackError::kNoMemory:
      return "the kernel refuses memory for more stacks; look at vm.overcommit_memory (2 counts unused stacks, too) "
             "and at "
             "vm.max_map_count";
    case StackError::kGuardBudget:
      return "no mappings left for stack guards: this kernel has no MADV_GUARD_INSTALL (Linux 6.13), so that each "
             "stack takes "
             "two, and three quarters of vm.max_map_count are used; raise it, or use fewer goroutines";
    case StackError::kGuardFailed:
      return "the kernel refuses a stack guard (MADV_GUARD_INSTALL) that it gave before; it is probably out of memory "
             "for page "
             "tables";
    case StackError::kTooManyLarge:
      return "too many stacks above 1 MiB: 1024 may live at a time; give goroutines 1 MiB or less";
  }
  return "unknown stack error";
}

StackError stackinit(const StackConfig& config) { return stack_heap.Init(config); }

stack stackalloc(StackCache* cache, size_t size_bytes, StackError* error) {
  return stack_heap.Alloc(cache, size_bytes, error);
}

stack stackalloc(size_t size_bytes) { return stack_heap.Alloc(nullptr, size_bytes, nullptr); }

void stackfree(StackCache* cache, stack s) { stack_heap.Free(cache, s); }

void stackfree(stack s) { stack_heap.Free(nullptr, s); }

void StackCacheFlush(StackCache* cache) { stack_heap.Flush(cache); }

size_t StackCacheSize(const StackCache* cache) {
  size_t slots = 0;
  for (const StackMagazine& magazine : cache->magazine) slots += magazine.active_count + magazine.spare_count;
  return slots;
}

StackLocation StackOf(uintptr_t addr) { return stack_heap.Locate(addr); }

size_t StackHighWater(stack s) { return stack_heap.HighWater(s); }

size_t StackScavenge(size_t max_bytes) { return stack_heap.Scavenge(max_bytes); }

StackStats ReadStackStats() { return stack_heap.ReadStats(); }

}  // namespace gort::runtime
