#include "gort/runtime/mem/heap.h"

#include <bit>
#include <cstdint>

#include "gort/gstruct/mutex.h"
#include "gort/runtime/lock/lock.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {
namespace {

constexpr int kMinShift = 4;  // 16 bytes: a free block holds a link, and malloc promises this alignment
constexpr int kMaxShift = 12;
constexpr int kClasses = kMaxShift - kMinShift + 1;
constexpr size_t kPageBytes = size_t{1} << kMaxShift;  // what is cut into blocks; also what mappings are rounded to
constexpr size_t kChunkBytes = 256 * 1024;             // what is asked of the kernel at a time
// Above this no address space could hold it, and no sum below can overflow.
constexpr size_t kMaxBytes = size_t{1} << 47;

struct FreeBlock {
  FreeBlock* next;
};

struct Heap {
  mutex lock;
  // Guard of the rest: lock.
  FreeBlock* free[kClasses];
  uintptr_t chunk;  // pages not yet given to a class: [chunk, chunk_end)
  uintptr_t chunk_end;
};
// Zero is its initial state: usable before constructors run.
Heap heap;

// The power of two that serves `size_bytes` at `align`.
size_t BlockBytes(size_t size_bytes, size_t align) {
  size_t bytes = size_bytes > align ? size_bytes : align;
  if (bytes < size_t{1} << kMinShift) bytes = size_t{1} << kMinShift;
  return std::bit_ceil(bytes);
}

size_t RoundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) & ~(unit - 1); }

void* Map(size_t bytes) {
  const long addr =
      sys::Mmap(nullptr, bytes, sys::kPROT_READ | sys::kPROT_WRITE, sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
  return sys::IsError(addr) ? nullptr : reinterpret_cast<void*>(addr);
}

// A mapping at a multiple of `align`, which is more than the kernel promises: too much, and the ends given back.
void* MapAligned(size_t bytes, size_t align) {
  if (align <= kPageBytes) return Map(bytes);
  void* memory = Map(bytes + align);
  if (memory == nullptr) return nullptr;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t used = RoundUp(begin, align);
  if (used > begin) sys::Munmap(memory, used - begin);
  if (begin + align > used) sys::Munmap(reinterpret_cast<void*>(used + bytes), begin + align - used);
  return reinterpret_cast<void*>(used);
}

// Gives a page to class `index`. Locks: heap.lock held. False: no memory.
bool Refill(int index) {
  if (heap.chunk == heap.chunk_end) {
    heap.chunk = reinterpret_cast<uintptr_t>(Map(kChunkBytes));
    heap.chunk_end = heap.chunk == 0 ? 0 : heap.chunk + kChunkBytes;
    if (heap.chunk == 0) return false;
  }
  const uintptr_t page = heap.chunk;
  heap.chunk += kPageBytes;
  const size_t block_bytes = size_t{1} << (kMinShift + index);
  // Backwards, so that blocks are handed out in the order of their addresses.
  for (size_t at = kPageBytes; at > 0; at -= block_bytes) {
    auto* block = reinterpret_cast<FreeBlock*>(page + at - block_bytes);
    block->next = heap.free[index];
    heap.free[index] = block;
  }
  return true;
}

int ClassOf(size_t block_bytes) { return std::countr_zero(block_bytes) - kMinShift; }

}  // namespace

void* heapalloc(size_t size_bytes, size_t align) {
  if (size_bytes > kMaxBytes || align > kMaxBytes) return nullptr;
  const size_t block_bytes = BlockBytes(size_bytes, align);
  if (block_bytes > kPageBytes) return MapAligned(RoundUp(size_bytes, kPageBytes), align);
  const int index = ClassOf(block_bytes);
  lock(&heap.lock);
  FreeBlock* block = heap.free[index];
  if (block == nullptr && Refill(index)) block = heap.free[index];
  if (block != nullptr) heap.free[index] = block->next;
  unlock(&heap.lock);
  return block;
}

void heapfree(void* memory, size_t size_bytes, size_t align) {
  if (memory == nullptr) return;
  const size_t block_bytes = BlockBytes(size_bytes, align);
  if (block_bytes > kPageBytes) {
    sys::Munmap(memory, RoundUp(size_bytes, kPageBytes));
    return;
  }
  auto* block = static_cast<FreeBlock*>(memory);
  const int index = ClassOf(block_bytes);
  lock(&heap.lock);
  block->next = heap.free[index];
  heap.free[index] = block;
  unlock(&heap.lock);
}

}  // namespace gort::runtime
