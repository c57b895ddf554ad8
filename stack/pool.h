// The free slots of one size class that no StackCache holds.
#ifndef GORT_STACK_POOL_H_
#define GORT_STACK_POOL_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/stack/arena.h"
#include "gort/stack/geometry.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

// Free slots, in batches: chains of 1 to MagazineSlots slots, that move between a pool and a StackCache whole.
//
//   warm:     newest <-> ... <-> oldest     their pages are as the last goroutine left them. Taken and given at the
//               |                  |        newest end, whose cache lines are warm; trimmed from the oldest end.
//             chain              chain
//   trimmed:  newest  -> ...                only the top page of each is there. Taken when nothing is warm.
//
// All zero bytes before Init.
class StackPool {
 public:
  void Init(int size_class, size_t page_bytes, StackGuards* guards);

  // A chain of free slots and its length: a batch, or one slot that was never used when there is none. nullptr on
  // failure, with the reason in *error. One and not a batch: a new slot costs a page fault, next to which the lock is
  // nothing, and nobody may ever need the others.
  // Runs on: any.  Blocks: M.  Locks: takes and releases the pool's.
  StackSlot* TakeBatch(uint32_t* count, StackError* error);

  // One slot, for callers without a cache.  Otherwise like TakeBatch.
  StackSlot* TakeOne(StackError* error);

  // Gives a chain of `count` free slots, 1 to MagazineSlots.
  // Runs on: any.  Blocks: M.  Locks: takes and releases the pool's.
  void GiveBatch(StackSlot* first, uint32_t count);

  // Gives one slot; it joins the newest batch if that has room.
  void GiveOne(StackSlot* slot);

  // Trims batches, oldest first, until max_bytes are reached or nothing warm is left. Returns the bytes of address
  // space trimmed.
  // Runs on: any.  Blocks: M.  Locks: takes and releases the pool's, once or twice per batch; the system calls are
  // outside.
  size_t Trim(size_t max_bytes);

  const StackArenas& arenas() const { return arenas_; }

  // Runs on: any.  Blocks: M.  Locks: takes and releases the pool's.
  StackClassStats ReadStats();

 private:
  // A list of batches, linked through the first slot of each.
  struct BatchList {
    StackSlot* newest = nullptr;
    StackSlot* oldest = nullptr;

    void Push(StackSlot* first);
    void Remove(StackSlot* first);
  };

  // Locks of the following: lock_ is held.
  StackSlot* PopBatch(uint32_t* count, StackError* error);
  void PushWarm(StackSlot* first, uint32_t count);

  mutex lock_{};  // guards all that follows, and the arenas' growth
  int size_class_ = 0;
  BatchList warm_;
  BatchList trimmed_;
  size_t warm_slots_ = 0;
  size_t trimmed_slots_ = 0;
  StackArenas arenas_;
};

}  // namespace gort::runtime

#endif  // GORT_STACK_POOL_H_
