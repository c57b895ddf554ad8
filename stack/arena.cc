#include "gort/stack/arena.h"

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/stack/sanitizer.h"

namespace gort::runtime {
namespace {

uint32_t Clamp(uint32_t n, uint32_t lowest, uint32_t highest) {
  return n < lowest ? lowest : n > highest ? highest : n;
}

}  // namespace

void StackArenas::Init(int size_class, size_t page_bytes, StackGuards* guards) {
  size_class_ = size_class;
  geometry_ = GeometryOfClass(size_class, page_bytes);
  guards_ = guards;
}

StackSlot* StackArenas::Fresh(StackError* error) {
  for (;;) {
    const uint32_t count = count_.load(std::memory_order_relaxed);  // we hold the lock of the only writer
    if (count > 0) {
      Arena& last = arenas_[count - 1];
      const uint32_t guarded = last.guarded.load(std::memory_order_relaxed);
      if (fresh_ < guarded) return MakeSlot(last, fresh_++);
      if (guarded < last.capacity) {
        if (!Grow(&last, error)) return nullptr;
        continue;
      }
    }
    if (!Reserve(error)) return nullptr;
  }
}

bool StackArenas::Reserve(StackError* error) {
  const uint32_t count = count_.load(std::memory_order_relaxed);
  *error = StackError::kNoAddressSpace;
  if (count == kMaxArenas) return false;

  size_t want_bytes = kFirstArenaBytes;
  for (uint32_t i = 0; i < count && want_bytes < kMaxArenaBytes; ++i) want_bytes *= 4;

  const size_t stride_bytes = geometry_.stride_bytes();
  for (; want_bytes >= kMinChunkSlots * stride_bytes; want_bytes /= 2) {
    const size_t size_bytes = want_bytes / stride_bytes * stride_bytes;
    const long base = sys::Mmap(nullptr, size_bytes, sys::kPROT_NONE,
                                sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS | sys::kMAP_NORESERVE, -1, 0);
    if (sys::IsError(base)) continue;
    // A huge page would make 2 MiB, several stacks, resident for the first touch of one; and the kernel's smaller
    // "mTHP" sizes 64 KiB. A kernel without huge pages refuses the advice and needs none.
    sys::Madvise(reinterpret_cast<void*>(base), size_bytes, sys::kMADV_NOHUGEPAGE);
    // Not charged to the budget's limit: one arena replaces thousands of guards.
    guards_->ChargeMappings(2);
    Arena& arena = arenas_[count];
    arena.base = static_cast<uintptr_t>(base);
    arena.capacity = static_cast<uint32_t>(size_bytes / stride_bytes);
    fresh_ = 0;
    // Release: publishes base and capacity; pairs with the acquire in Locate.
    count_.store(count + 1, std::memory_order_release);
    return true;
  }
  return false;
}

bool StackArenas::Grow(Arena* arena, StackError* error) {
  const uint32_t guarded = arena->guarded.load(std::memory_order_relaxed);
  const uint32_t left = arena->capacity - guarded;
  const uint32_t want = guarded == 0 ? kFirstChunkSlots : Clamp(guarded / 4, kMinChunkSlots, kMaxChunkSlots);
  const uint32_t done =
      guards_->Guard(arena->base + guarded * geometry_.stride_bytes(), geometry_, want < left ? want : left, error);
  // Release: whoever finds a slot here must find its guard, too; pairs with the acquire in Locate.
  arena->guarded.store(guarded + done, std::memory_order_release);
  return done > 0;
}

StackSlot* StackArenas::MakeSlot(const Arena& arena, uint32_t index) {
  const uintptr_t lo = arena.base + index * geometry_.stride_bytes() + geometry_.guard_bytes;
  const uintptr_t top = lo + geometry_.usable_bytes;
  StackSlot* slot = SlotBelowTop(top);
  // The first touch of the page: everything else in the header is zero already.
  slot->bounds = StackBounds(lo, geometry_.usable_bytes, index);
  slot->state = StackSlot::kFree;
  slot->size_class = static_cast<uint32_t>(size_class_);
  ValgrindStackRegister(lo, top);
  return slot;
}

bool StackArenas::Locate(uintptr_t addr, StackLocation* location) const {
  const size_t stride_bytes = geometry_.stride_bytes();
  // Acquire: pairs with the release in Reserve.
  const uint32_t count = count_.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < count; ++i) {
    const Arena& arena = arenas_[i];
    const uintptr_t offset = addr - arena.base;  // of an address below base: huge
    const uintptr_t index = offset / stride_bytes;
    // Acquire: pairs with the release in Grow.
    if (index >= arena.guarded.load(std::memory_order_acquire)) continue;
    const uintptr_t guard_lo = arena.base + index * stride_bytes;
    const stack bounds =
        StackBounds(guard_lo + geometry_.guard_bytes, geometry_.usable_bytes, static_cast<uint32_t>(index));
    *location = {true, addr < bounds.lo, false, guard_lo, bounds.lo, bounds.hi};
    return true;
  }
  return false;
}

void StackArenas::AddStats(StackClassStats* stats) const {
  const uint32_t count = count_.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < count; ++i) {
    const size_t guarded = arenas_[i].guarded.load(std::memory_order_relaxed);
    stats->reserved_bytes += arenas_[i].capacity * geometry_.stride_bytes();
    stats->slots += guarded;
    stats->touched += i + 1 < count ? guarded : fresh_;
  }
}

}  // namespace gort::runtime
