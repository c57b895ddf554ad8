// The measures of a slot, and the header at its top. See the picture in stack.h.
#ifndef GORT_STACK_GEOMETRY_H_
#define GORT_STACK_GEOMETRY_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/stack.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

// The number that a large stack has where others have their class.

// Colours: slot i leaves (i % kStackColours) cache lines free above hi. A stack's hot part is a few hundred bytes below
// its g; without a colour those of all stacks would compete for the same sets of a virtually indexed 4 KiB way. It is
// worth 6-10% while the hot parts of some 16 stacks almost fit the first-level cache, and nothing beyond (1000 stacks);
// more than 16 lines would take room from the g and the frames that are to share the top page.
inline constexpr size_t kCacheLineBytes = 64;
inline constexpr uint32_t kStackColours = 16;

constexpr size_t StackColourBytes(uint32_t slot_index) { return slot_index % kStackColours * kCacheLineBytes; }

// The guard of a large stack.
inline constexpr size_t kLargeGuardBytes = 64 << 10;

constexpr uintptr_t RoundUp(uintptr_t n, uintptr_t power_of_two) { return (n + power_of_two - 1) & -power_of_two; }

struct StackGeometry {
  size_t page_bytes;
  size_t usable_bytes;
  size_t guard_bytes;

  constexpr size_t stride_bytes() const { return guard_bytes + usable_bytes; }
};

// The geometry of class `size_class` on pages of `page_bytes` (a power of two from 4 to 64 KiB).
//
// Guards grow with the class, because big stacks are asked for by code with big frames. They are not larger still,
// because every 2 MiB of stride costs a 4 KiB page table: with 36 KiB below the default class a parked goroutine costs
// 4096 + 584 B, with 68 KiB it would be 4096 + 648.
// The odd number of pages spreads the top pages over the sets of the TLB: 1000 stacks visited in turn, ten dependent
// loads each, take 60 ns a visit at a stride of 292 KiB, and 102 ns at 288 or at 320.
constexpr StackGeometry GeometryOfClass(int size_class, size_t page_bytes) {
  constexpr size_t kGuardBytes[kNumStackClasses] = {16 << 10, 16 << 10, 16 << 10, 32 << 10, 32 << 10, 64 << 10};
  const size_t usable_bytes = RoundUp(kStackClassBytes[size_class], page_bytes);
  size_t guard_bytes = RoundUp(kGuardBytes[size_class], page_bytes);
  if ((usable_bytes + guard_bytes) / page_bytes % 2 == 0) guard_bytes += page_bytes;
  return {page_bytes, usable_bytes, guard_bytes};
}

// How many slots a magazine of that class holds, which is also the most that a batch in the pool has. The 1 MiB class
// is for few, and its slots may each hold on to 1 MiB.
constexpr uint32_t MagazineSlots(int size_class) {
  return size_class == kNumStackClasses - 1 ? 4 : kStackMagazineSlots;
}

// The header of a slot: one cache line above the colour, in the page that holds the g.
// While the slot is live nobody writes it. While it is free, the holder of the chain that it is in does: the owner of a
// StackCache without a lock, or the pool under its own.
struct alignas(kCacheLineBytes) StackSlot {
  enum State : uint32_t {
    // Not 0 and 1: a header that was overwritten by a wild store should not look like either.
    kLive = 0x4c495645,
    kFree = 0x46524545,
  };

  StackSlot* next;         // the next slot of the same chain; meaningless while live
  StackSlot* older_batch;  // for the first slot of a chain in a pool: the neighbours in the pool's list of chains
  StackSlot* newer_batch;
  stack bounds;          // as stackalloc returns them; constant
  uint32_t batch_count;  // for the first slot of a chain in a pool: the length of the chain
  uint32_t state;        // State
  uint32_t size_class;   // constant
  uint32_t index;        // a large stack's place in its table; constant
};
static_assert(sizeof(StackSlot) == kCacheLineBytes,
              "the header takes one line of the page that the g wants for itself");

// The top of the stack with this hi: header and colour are less than the smallest page, and the top ends a page.
inline constexpr size_t kMinPageBytes = 4 << 10;
static_assert(sizeof(StackSlot) + kStackColours * kCacheLineBytes < kMinPageBytes);
constexpr uintptr_t StackTop(uintptr_t hi) { return RoundUp(hi, kMinPageBytes); }

// The header of the stack with this top.
inline StackSlot* SlotBelowTop(uintptr_t top) { return reinterpret_cast<StackSlot*>(top) - 1; }

// The bounds of a stack whose usable memory is [lo, lo + usable_bytes).
constexpr stack StackBounds(uintptr_t lo, size_t usable_bytes, uint32_t colour_index) {
  return {lo, lo + usable_bytes - sizeof(StackSlot) - StackColourBytes(colour_index)};
}

}  // namespace gort::runtime

#endif  // GORT_STACK_GEOMETRY_H_
