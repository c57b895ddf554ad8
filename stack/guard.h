// Guards: the pages below a stack that must fault.
#ifndef GORT_STACK_GUARD_H_
#define GORT_STACK_GUARD_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/stack/geometry.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

// Knows how this kernel makes guards, and keeps the budget for those that cost mappings. All zero bytes before Init.
class StackGuards {
 public:
  // Tries MADV_GUARD_INSTALL on a page and checks that the page faults afterwards, also after MADV_DONTNEED: emulators
  // and old kernels return 0 for advice that they ignore. If it does not work, reads the budget for the other way.
  // Runs on: any; once.  Blocks: never.
  void Init(const StackConfig& config);

  // Makes `count` slots from `first` on usable: writable above, faulting below. The memory was PROT_NONE or may be
  // writable already, from an attempt that got stuck. Returns how many slots, from the first one, are ready; when fewer
  // than asked, *error says why.
  // Runs on: any.  Locks: the pool's, held.  Blocks: never.
  uint32_t Guard(uintptr_t first, const StackGeometry& geometry, uint32_t count, StackError* error);

  // Takes `count` mappings from the budget; false, and nothing taken, if they are not there. Under kInstall always
  // true.
  bool ChargeMappings(size_t count);
  void ReturnMappings(size_t count);

  StackGuardKind kind() const { return kind_; }
  size_t max_mappings() const { return max_mappings_; }
  size_t mappings() const { return mappings_.load(std::memory_order_relaxed); }

 private:
  uint32_t GuardByInstall(uintptr_t first, const StackGeometry& geometry, uint32_t count, StackError* error);
  uint32_t GuardByMprotect(uintptr_t first, const StackGeometry& geometry, uint32_t count, StackError* error);

  StackGuardKind kind_ = StackGuardKind::kNone;  // written by Init only
  size_t max_mappings_ = 0;                      // written by Init only; 0 under kInstall
  std::atomic<size_t> mappings_{0};              // mappings that stacks cost, about; written under any pool's lock
};

}  // namespace gort::runtime

#endif  // GORT_STACK_GUARD_H_
