// Address space for the slots of one class.
#ifndef GORT_STACK_ARENA_H_
#define GORT_STACK_ARENA_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/stack/geometry.h"
#include "gort/stack/guard.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

// The reservations of one size class. They grow and never shrink, so that a lookup needs no lock.
//
//   arena 0: 1 GiB     | slot 0 | slot 1 | ... | slot guarded-1 | PROT_NONE, to be guarded in chunks ... |
//   arena 1: 4 GiB     ... each four times the one before, up to 1 TiB: a million default stacks are 5 arenas.
//
// Geometric, because the address space of small machines (512 GiB on some arm64, 256 GiB on riscv64) and RLIMIT_AS do
// not allow a big one at once; when the kernel refuses a size, half of it is tried.
// All zero bytes before Init.
class StackArenas {
 public:
  void Init(int size_class, size_t page_bytes, StackGuards* guards);

  // A slot that was never live, its header filled in, state kFree. Makes slots or reserves address space when there is
  // none. nullptr on failure, with the reason in *error.
  // Runs on: any.  Locks: the pool's, held.  Blocks: never; it may take a page fault, an mprotect and a few
  // process_madvise.
  StackSlot* Fresh(StackError* error);

  // Fills in *location if `addr` is in a guarded slot.
  // Runs on: any; async-signal-safe.  Locks: none.  Blocks: never.
  bool Locate(uintptr_t addr, StackLocation* location) const;

  const StackGeometry& geometry() const { return geometry_; }

  // Adds reserved_bytes, slots and touched.  Locks: the pool's, held.
  void AddStats(StackClassStats* stats) const;

 private:
  static constexpr uint32_t kMaxArenas = 16;
  static constexpr size_t kFirstArenaBytes = size_t{1} << 30;
  static constexpr size_t kMaxArenaBytes = size_t{1} << 40;
  // Slots guarded at a time: very few at first, because page tables are a good part of what a small program's start
  // costs (with 16 it took 12 us more, of 205); then a quarter of what is there.
  static constexpr uint32_t kFirstChunkSlots = 4;
  static constexpr uint32_t kMinChunkSlots = 16;
  static constexpr uint32_t kMaxChunkSlots = 256;

  struct Arena {
    // Constant once count_ covers the arena.
    uintptr_t base = 0;
    uint32_t capacity = 0;
    // Slots [0, guarded) may be used. Writer: Grow, under the pool's lock. Readers: Locate, without.
    std::atomic<uint32_t> guarded{0};
  };

  bool Reserve(StackError* error);
  bool Grow(Arena* arena, StackError* error);
  StackSlot* MakeSlot(const Arena& arena, uint32_t index);

  StackGeometry geometry_{};
  int size_class_ = 0;
  StackGuards* guards_ = nullptr;
  // Arenas in use; only the last one has slots that were never live. Writer: Reserve, under the pool's lock. Readers:
  // Locate.
  std::atomic<uint32_t> count_{0};
  uint32_t fresh_ = 0;  // in the last arena: slots [fresh_, guarded) were never live. Guard: the pool's lock
  Arena arenas_[kMaxArenas]{};
};

}  // namespace gort::runtime

#endif  // GORT_STACK_ARENA_H_
