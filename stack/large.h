// Stacks above the biggest class: main's, which has the size of RLIMIT_STACK, and those of a few special goroutines.
#ifndef GORT_STACK_LARGE_H_
#define GORT_STACK_LARGE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/stack/geometry.h"
#include "gort/stack/guard.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

// One mapping each: [guard, PROT_NONE][usable]. Made by mmap, unmapped when freed, known by a table.
// All zero bytes before Init.
class LargeStacks {
 public:
  void Init(size_t page_bytes, StackGuards* guards);

  // A stack of more than the biggest class, state kLive; {0, 0} on failure, with the reason in *error.
  // Runs on: any.  Blocks: M.  Locks: takes and releases lock_.
  stack Alloc(size_t size_bytes, StackError* error);

  // Unmaps the stack with this header.
  // Runs on: any, but not on that stack.  Blocks: M.  Locks: takes and releases lock_.
  void Free(StackSlot* slot);

  // Fills in *location if `addr` is in one of ours.
  // Runs on: any; async-signal-safe.  Locks: none.  Blocks: never.
  bool Locate(uintptr_t addr, StackLocation* location) const;

  // Adds large_live and large_bytes.  Blocks: M.  Locks: takes and releases lock_.
  void AddStats(StackStats* stats);

 private:
  // Writers: Alloc and Free, under lock_. Readers without the lock: Locate, which retries nothing: an entry whose
  // version is odd or moves is being changed, and then no goroutine runs on it.
  struct Entry {
    std::atomic<uint32_t> version{0};  // odd while the rest changes
    std::atomic<uintptr_t> guard_lo{0};
    std::atomic<uintptr_t> hi{0};  // 0: free
    uintptr_t valgrind_id = 0;     // guard: lock_
  };

  static void Publish(Entry* entry, uintptr_t guard_lo, uintptr_t hi);
  Entry* FindFree();

  mutex lock_{};  // guards who writes the table
  size_t page_bytes_ = 0;
  StackGuards* guards_ = nullptr;
  std::atomic<uint32_t> used_{0};  // entries [0, used_) have been live at least once. Writer: Alloc. Reader: Locate
  Entry entries_[kMaxLargeStacks]{};
};

}  // namespace gort::runtime

#endif  // GORT_STACK_LARGE_H_
