#include "gort/stack/large.h"

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"
#include "gort/stack/sanitizer.h"

namespace gort::runtime {
namespace {

// The usable memory of a large stack and the guard are mappings of their own.
constexpr size_t kMappingsPerStack = 2;

// Maps `guard_bytes + usable_bytes`; the lower part stays PROT_NONE. Returns the address, or 0 and the reason.
uintptr_t MapGuarded(size_t guard_bytes, size_t usable_bytes, StackError* error) {
  const size_t size_bytes = guard_bytes + usable_bytes;
  const long base = sys::Mmap(nullptr, size_bytes, sys::kPROT_NONE,
                              sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS | sys::kMAP_NORESERVE, -1, 0);
  if (sys::IsError(base)) {
    *error = StackError::kNoAddressSpace;
    return 0;
  }
  const auto guard_lo = static_cast<uintptr_t>(base);
  void* const lo = reinterpret_cast<void*>(guard_lo + guard_bytes);
  sys::Madvise(lo, usable_bytes, sys::kMADV_NOHUGEPAGE);  // see StackArenas::Reserve
  if (sys::IsError(sys::Mprotect(lo, usable_bytes, sys::kPROT_READ | sys::kPROT_WRITE))) {
    sys::Munmap(reinterpret_cast<void*>(guard_lo), size_bytes);
    *error = StackError::kNoMemory;
    return 0;
  }
  return guard_lo;
}

}  // namespace

void LargeStacks::Init(size_t page_bytes, StackGuards* guards) {
  page_bytes_ = page_bytes;
  guards_ = guards;
}

LargeStacks::Entry* LargeStacks::FindFree() {
  const uint32_t used = used_.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < used; ++i) {
    if (entries_[i].hi.load(std::memory_order_relaxed) == 0) return &entries_[i];
  }
  if (used == kMaxLargeStacks) return nullptr;
  // Release: pairs with the acquire in Locate. (The entry is still free: all zero.)
  used_.store(used + 1, std::memory_order_release);
  return &entries_[used];
}

void LargeStacks::Publish(Entry* entry, uintptr_t guard_lo, uintptr_t hi) {
  const uint32_t version = entry->version.load(std::memory_order_relaxed);
  // The stores of the fields are releases so that none becomes visible before the odd version.
  entry->version.store(version + 1, std::memory_order_relaxed);
  entry->guard_lo.store(guard_lo, std::memory_order_release);
  entry->hi.store(hi, std::memory_order_release);
  entry->version.store(version + 2, std::memory_order_release);
}

stack LargeStacks::Alloc(size_t size_bytes, StackError* error) {
  const size_t usable_bytes = RoundUp(size_bytes, page_bytes_);
  lock(&lock_);
  Entry* entry = FindFree();
  uintptr_t guard_lo = 0;
  if (entry == nullptr) {
    *error = StackError::kTooManyLarge;
  } else if (!guards_->ChargeMappings(kMappingsPerStack)) {
    *error = StackError::kGuardBudget;
  } else {
    guard_lo = MapGuarded(kLargeGuardBytes, usable_bytes, error);
    if (guard_lo == 0) guards_->ReturnMappings(kMappingsPerStack);
  }
  if (guard_lo == 0) {
    unlock(&lock_);
    return {0, 0};
  }
  const uintptr_t lo = guard_lo + kLargeGuardBytes;
  const uintptr_t top = lo + usable_bytes;
  const auto index = static_cast<uint32_t>(entry - entries_);
  StackSlot* slot = SlotBelowTop(top);
  slot->bounds = StackBounds(lo, usable_bytes, index);
  slot->state = StackSlot::kLive;
  slot->size_class = kLargeStackClass;
  slot->index = index;
  entry->valgrind_id = ValgrindStackRegister(lo, top);
  Publish(entry, guard_lo, slot->bounds.hi);
  const stack s = slot->bounds;
  unlock(&lock_);
  return s;
}

void LargeStacks::Free(StackSlot* slot) {
  Entry* entry = &entries_[slot->index];
  const uintptr_t top = reinterpret_cast<uintptr_t>(slot + 1);
  lock(&lock_);
  const uintptr_t guard_lo = entry->guard_lo.load(std::memory_order_relaxed);
  ValgrindStackDeregister(entry->valgrind_id);
  Publish(entry, 0, 0);
  sys::Munmap(reinterpret_cast<void*>(guard_lo), top - guard_lo);
  guards_->ReturnMappings(kMappingsPerStack);
  unlock(&lock_);
}

bool LargeStacks::Locate(uintptr_t addr, StackLocation* location) const {
  // Acquire: pairs with the release in FindFree.
  const uint32_t used = used_.load(std::memory_order_acquire);
  for (uint32_t i = 0; i < used; ++i) {
    const Entry& entry = entries_[i];
    // Acquires: the fields are read after the first look at the version and before the second; pairs with Publish.
    const uint32_t version = entry.version.load(std::memory_order_acquire);
    const uintptr_t guard_lo = entry.guard_lo.load(std::memory_order_acquire);
    const uintptr_t hi = entry.hi.load(std::memory_order_acquire);
    if (version % 2 != 0 || entry.version.load(std::memory_order_relaxed) != version || hi == 0) continue;
    if (addr < guard_lo || addr >= StackTop(hi)) continue;
    const uintptr_t lo = guard_lo + kLargeGuardBytes;
    *location = {true, addr < lo, true, guard_lo, lo, hi};
    return true;
  }
  return false;
}

void LargeStacks::AddStats(StackStats* stats) {
  lock(&lock_);
  const uint32_t used = used_.load(std::memory_order_relaxed);
  for (uint32_t i = 0; i < used; ++i) {
    const uintptr_t hi = entries_[i].hi.load(std::memory_order_relaxed);
    if (hi == 0) continue;
    ++stats->large_live;
    stats->large_bytes += StackTop(hi) - entries_[i].guard_lo.load(std::memory_order_relaxed);
  }
  unlock(&lock_);
}

}  // namespace gort::runtime
