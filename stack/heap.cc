#include "gort/stack/heap.h"

#include "gort/runtime/sys/fatal.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/stack/sanitizer.h"

namespace gort::runtime {
namespace {

constexpr size_t kMaxPageBytes = 64 << 10;

// The last slot that went in, or nullptr. The spare chain, which is full, becomes the active one when that is used up.
StackSlot* PopFromMagazine(StackMagazine* magazine) {
  if (magazine->active == nullptr) {
    if (magazine->spare == nullptr) return nullptr;
    magazine->active = magazine->spare;
    magazine->active_count = magazine->spare_count;
    magazine->spare = nullptr;
    magazine->spare_count = 0;
  }
  StackSlot* slot = magazine->active;
  magazine->active = slot->next;
  --magazine->active_count;
  return slot;
}

}  // namespace

StackError StackHeap::Init(const StackConfig& config) {
  if (initialised_.load(std::memory_order_acquire)) return StackError::kNone;
  const size_t page_bytes = config.page_size_bytes;
  if (page_bytes < kMinPageBytes || page_bytes > kMaxPageBytes || (page_bytes & (page_bytes - 1)) != 0) {
    return StackError::kBadConfig;
  }
  page_bytes_ = page_bytes;
  guards_.Init(config);
  for (int i = 0; i < kNumStackClasses; ++i) pools_[i].Init(i, page_bytes, &guards_);
  large_.Init(page_bytes, &guards_);
  // Release: publishes all of the above; pairs with the acquires in Alloc and Locate.
  initialised_.store(true, std::memory_order_release);
  return StackError::kNone;
}

StackSlot* StackHeap::Take(StackMagazine* magazine, int size_class, StackError* error) {
  if (magazine == nullptr) return pools_[size_class].TakeOne(error);
  uint32_t count;
  StackSlot* first = pools_[size_class].TakeBatch(&count, error);
  if (first == nullptr) return nullptr;
  magazine->active = first->next;
  magazine->active_count = count - 1;
  return first;
}

stack StackHeap::Alloc(StackCache* cache, size_t size_bytes, StackError* error) {
  if (size_bytes == 0) size_bytes = kDefaultStackBytes;
  const int size_class = StackClassFor(size_bytes);
  StackMagazine* magazine = cache != nullptr && size_class != kLargeStackClass ? &cache->magazine[size_class] : nullptr;
  if (magazine != nullptr) {
    if (StackSlot* slot = PopFromMagazine(magazine); slot != nullptr) {
      slot->state = StackSlot::kLive;
      return slot->bounds;
    }
  }
  StackError reason = StackError::kNone;
  const stack s = AllocSlow(magazine, size_class, size_bytes, &reason);
  if (s.hi == 0 && error != nullptr) *error = reason;
  return s;
}

stack StackHeap::AllocSlow(StackMagazine* magazine, int size_class, size_t size_bytes, StackError* error) {
  // Acquire: pairs with the release in Init. Not needed before: a slot in a cache has been through here.
  if (!initialised_.load(std::memory_order_acquire)) {
    *error = StackError::kNotInitialised;
    return {0, 0};
  }
  if (size_bytes > kMaxStackBytes) {
    *error = StackError::kTooLarge;
    return {0, 0};
  }
  if (size_class == kLargeStackClass) return large_.Alloc(size_bytes, error);
  StackSlot* slot = Take(magazine, size_class, error);
  if (slot == nullptr) return {0, 0};
  slot->state = StackSlot::kLive;
  return slot->bounds;
}

void StackHeap::Give(StackMagazine* magazine, int size_class, StackSlot* slot) {
  if (magazine == nullptr) {
    pools_[size_class].GiveOne(slot);
    return;
  }
  const uint32_t capacity = MagazineSlots(size_class);
  if (magazine->active_count == capacity) {
    if (magazine->spare != nullptr) pools_[size_class].GiveBatch(magazine->spare, magazine->spare_count);
    magazine->spare = magazine->active;
    magazine->spare_count = capacity;
    magazine->active = nullptr;
    magazine->active_count = 0;
  }
  slot->next = magazine->active;
  magazine->active = slot;
  ++magazine->active_count;
}

void StackHeap::Free(StackCache* cache, stack s) {
  StackSlot* slot = SlotBelowTop(StackTop(s.hi));
  if (slot->state != StackSlot::kLive || slot->bounds.lo != s.lo || slot->bounds.hi != s.hi) {
    sys::Fatal("stackfree: not a live stack; it was freed twice, or something wrote above its stack.hi");
  }
  slot->state = StackSlot::kFree;
  AsanUnpoison(s.lo, s.hi);
  const auto size_class = static_cast<int>(slot->size_class);
  if (size_class == kLargeStackClass) {
    large_.Free(slot);
    return;
  }
  Give(cache != nullptr ? &cache->magazine[size_class] : nullptr, size_class, slot);
}

void StackHeap::Flush(StackCache* cache) {
  for (int i = 0; i < kNumStackClasses; ++i) {
    StackMagazine& magazine = cache->magazine[i];
    // The spare first: it is the colder one, and the pool hands out what came last.
    if (magazine.spare != nullptr) pools_[i].GiveBatch(magazine.spare, magazine.spare_count);
    if (magazine.active != nullptr) pools_[i].GiveBatch(magazine.active, magazine.active_count);
    magazine = StackMagazine{};
  }
}

StackLocation StackHeap::Locate(uintptr_t addr) const {
  StackLocation location{};
  // Acquire: pairs with the release in Init.
  if (!initialised_.load(std::memory_order_acquire)) return location;
  for (const StackPool& pool : pools_) {
    if (pool.arenas().Locate(addr, &location)) return location;
  }
  large_.Locate(addr, &location);
  return location;
}

size_t StackHeap::HighWater(stack s) const {
  // The lowest page that is resident is the deepest that was ever touched, because stacks are used from the top down
  // and only trimming takes pages away. From below, because most stacks are short and their untouched part is what is
  // read quickly.
  constexpr size_t kPagesAtATime = 512;
  unsigned char resident[kPagesAtATime];
  const uintptr_t top = StackTop(s.hi);
  for (uintptr_t at = s.lo; at < top;) {
    const size_t left = (top - at) / page_bytes_;
    const size_t pages = left < kPagesAtATime ? left : kPagesAtATime;
    if (sys::IsError(sys::Mincore(reinterpret_cast<void*>(at), pages * page_bytes_, resident))) return 0;
    for (size_t i = 0; i < pages; ++i, at += page_bytes_) {
      if ((resident[i] & 1) != 0) return s.hi - at;
    }
  }
  return 0;
}

size_t StackHeap::Scavenge(size_t max_bytes) {
  size_t done_bytes = 0;
  // Big classes first: more memory per system call.
  for (int i = kNumStackClasses - 1; i >= 0 && done_bytes < max_bytes; --i) {
    done_bytes += pools_[i].Trim(max_bytes - done_bytes);
  }
  return done_bytes;
}

StackStats StackHeap::ReadStats() {
  StackStats stats{};
  stats.guard_kind = guards_.kind();
  stats.max_mappings = guards_.max_mappings();
  stats.mappings = guards_.mappings();
  size_t slots = 0;
  for (int i = 0; i < kNumStackClasses; ++i) {
    stats.classes[i] = pools_[i].ReadStats();
    slots += stats.classes[i].slots;
  }
  large_.AddStats(&stats);
  (stats.guard_kind == StackGuardKind::kInstall ? stats.guards_installed : stats.guards_mprotect) = slots;
  stats.guards_mprotect += stats.large_live;
  return stats;
}

}  // namespace gort::runtime
