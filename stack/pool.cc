#include "gort/stack/pool.h"

#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/advice.h"

namespace gort::runtime {

void StackPool::BatchList::Push(StackSlot* first) {
  first->newer_batch = nullptr;
  first->older_batch = newest;
  if (newest != nullptr) {
    newest->newer_batch = first;
  } else {
    oldest = first;
  }
  newest = first;
}

void StackPool::BatchList::Remove(StackSlot* first) {
  (first->newer_batch != nullptr ? first->newer_batch->older_batch : newest) = first->older_batch;
  (first->older_batch != nullptr ? first->older_batch->newer_batch : oldest) = first->newer_batch;
}

void StackPool::Init(int size_class, size_t page_bytes, StackGuards* guards) {
  size_class_ = size_class;
  arenas_.Init(size_class, page_bytes, guards);
}

StackSlot* StackPool::PopBatch(uint32_t* count, StackError* error) {
  if (StackSlot* first = warm_.newest; first != nullptr) {
    warm_.Remove(first);
    warm_slots_ -= first->batch_count;
    *count = first->batch_count;
    return first;
  }
  if (StackSlot* first = trimmed_.newest; first != nullptr) {
    trimmed_.Remove(first);
    trimmed_slots_ -= first->batch_count;
    *count = first->batch_count;
    return first;
  }
  *count = 1;
  StackSlot* slot = arenas_.Fresh(error);
  if (slot != nullptr) slot->next = nullptr;
  return slot;
}

void StackPool::PushWarm(StackSlot* first, uint32_t count) {
  first->batch_count = count;
  warm_.Push(first);
  warm_slots_ += count;
}

StackSlot* StackPool::TakeBatch(uint32_t* count, StackError* error) {
  lock(&lock_);
  StackSlot* first = PopBatch(count, error);
  unlock(&lock_);
  return first;
}

StackSlot* StackPool::TakeOne(StackError* error) {
  lock(&lock_);
  uint32_t count;
  StackSlot* first = PopBatch(&count, error);
  // The rest of the batch goes back. If it was trimmed it is now taken for warm; trimming it again does no harm.
  if (first != nullptr && count > 1) PushWarm(first->next, count - 1);
  unlock(&lock_);
  return first;
}

void StackPool::GiveBatch(StackSlot* first, uint32_t count) {
  lock(&lock_);
  PushWarm(first, count);
  unlock(&lock_);
}

void StackPool::GiveOne(StackSlot* slot) {
  lock(&lock_);
  StackSlot* newest = warm_.newest;
  if (newest != nullptr && newest->batch_count < MagazineSlots(size_class_)) {
    warm_.Remove(newest);
    warm_slots_ -= newest->batch_count;
    slot->next = newest;
    PushWarm(slot, newest->batch_count + 1);
  } else {
    slot->next = nullptr;
    PushWarm(slot, 1);
  }
  unlock(&lock_);
}

size_t StackPool::Trim(size_t max_bytes) {
  const StackGeometry& geometry = arenas_.geometry();
  const size_t bytes_per_slot = geometry.usable_bytes - geometry.page_bytes;
  size_t trimmed_bytes = 0;
  while (trimmed_bytes < max_bytes) {
    lock(&lock_);
    StackSlot* first = warm_.oldest;
    if (first != nullptr) {
      warm_.Remove(first);
      warm_slots_ -= first->batch_count;
    }
    unlock(&lock_);
    if (first == nullptr) break;

    // The batch is ours alone; whoever needs a slot meanwhile finds another one or makes one.
    BulkAdvice drop(sys::kMADV_DONTNEED);
    for (const StackSlot* slot = first; slot != nullptr; slot = slot->next) drop.Add(slot->bounds.lo, bytes_per_slot);
    drop.Finish();
    trimmed_bytes += first->batch_count * bytes_per_slot;

    lock(&lock_);
    trimmed_.Push(first);
    trimmed_slots_ += first->batch_count;
    unlock(&lock_);
  }
  return trimmed_bytes;
}

StackClassStats StackPool::ReadStats() {
  StackClassStats stats{};
  stats.size_bytes = arenas_.geometry().usable_bytes;
  stats.stride_bytes = arenas_.geometry().stride_bytes();
  lock(&lock_);
  arenas_.AddStats(&stats);
  stats.free = warm_slots_ + trimmed_slots_;
  stats.trimmed = trimmed_slots_;
  unlock(&lock_);
  return stats;
}

}  // namespace gort::runtime
