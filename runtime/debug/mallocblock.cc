#include "gort/runtime/debug/mallocblock.h"

#include <algorithm>

extern "C" {
void* malloc(std::size_t size) noexcept;
[[gnu::weak]] void* __libc_malloc(std::size_t size) noexcept;  // glibc's own, whatever `malloc` is
}

namespace gort::runtime {

namespace {

constexpr std::uintptr_t kAlign = 16;
constexpr std::uintptr_t kSmallest = 32;
constexpr std::uintptr_t kFlags = 7;
constexpr std::uintptr_t kPreviousInUse = 1;
constexpr std::uintptr_t kMapped = 2;
constexpr std::uintptr_t kNotMain = 4;

// Heaps other than the first one: aligned to this, and no larger. Source: glibc HEAP_MAX_SIZE on 64-bit machines.
constexpr std::uintptr_t kHeapAlign = std::uintptr_t{64} << 20;
constexpr std::uintptr_t kPage = 4096;

std::uintptr_t Word(std::uintptr_t at) { return *reinterpret_cast<const std::uintptr_t*>(at); }

// The size of the block whose header might be at q; 0: it cannot be one that is in use.
std::uintptr_t PlausibleSize(std::uintptr_t q, const MallocHeap& heap) {
  const std::uintptr_t word = Word(q + 8);
  const std::uintptr_t size = word & ~kFlags;
  if (size < kSmallest || size % kAlign != 0 || (word & kMapped) != 0) return 0;
  if (((word & kNotMain) == 0) != heap.main || size > heap.range.hi - q - 2 * sizeof(word)) return 0;
  const std::uintptr_t next = Word(q + size + 8);
  const bool next_is_header = (next & ~kFlags) >= kAlign && (next & ~kFlags) % kAlign == 0;
  return next_is_header && (next & kPreviousInUse) != 0 ? size : 0;
}

// The first words of such a heap: its arena, the arena's previous heap, its size, and how much of that is accessible.
struct HeapInfo {
  std::uintptr_t arena;
  std::uintptr_t previous;
  std::uintptr_t size;
  std::uintptr_t accessible;
};

bool IsHeapInfo(const HeapInfo& info, std::uintptr_t lo) {
  const bool first = info.arena > lo && info.arena < lo + kPage;  // the arena lies behind the first heap's info
  return info.size != 0 && info.size <= info.accessible && info.accessible <= kHeapAlign && info.size % kPage == 0 &&
         info.accessible % kPage == 0 && (first ? info.previous == 0 : info.previous % kHeapAlign == 0 && info.previous != 0);
}

// The part of an arena that we are after, glibc's malloc_state from fastbinsY on. A bin is a ring with a header whose two words, fd
// and bk, are taken for those of a block that begins two words before; so the header of an empty bin refers to itself.
//
//     fastbinsY[10] | top | last_remainder | bins[254]: fd bk fd bk ...
//                     ^                         |
//                     +-------------------------+  an empty first bin
constexpr std::size_t kFastBins = 10;
constexpr std::size_t kBins = 127;
constexpr std::uintptr_t kListsBytes = (kFastBins + 2 + 2 * kBins) * sizeof(std::uintptr_t);

// Whether the word at `top` is an arena's: most of its bins are empty, and refer to themselves.
bool IsTopOfArena(std::uintptr_t top) {
  std::size_t empty = 0;
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    const std::uintptr_t header = top + bin * 2 * sizeof(std::uintptr_t);
    if (Word(header + 16) == header && Word(header + 24) == header) ++empty;
  }
  return empty > kBins / 2;
}

AddressRange ListsAround(std::uintptr_t top) {
  const std::uintptr_t lo = top - kFastBins * sizeof(std::uintptr_t);
  return {lo, lo + kListsBytes};
}

// In `part`, which is readable.
AddressRange FindLists(AddressRange part) {
  if (part.hi - part.lo < kListsBytes) return {};
  const std::uintptr_t last = part.hi - kListsBytes;
  for (std::uintptr_t lo = part.lo; lo <= last; lo += sizeof(std::uintptr_t)) {
    const std::uintptr_t top = lo + kFastBins * sizeof(std::uintptr_t);
    // The last bins are for the largest blocks, and mostly empty: a quick look before the whole one.
    const std::uintptr_t header = top + (kBins - 2) * 2 * sizeof(std::uintptr_t);
    if (Word(header + 16) == header && IsTopOfArena(top)) return ListsAround(top);
  }
  return {};
}

// The first heap, of which `part` is one mapping: the kernel may show it in several.
AddressRange WholeMainHeap(const AddressSpace& space, const Mapping* part) {
  const Mapping* const begin = &space.mapping(0);
  const Mapping* const end = begin + space.count();
  const Mapping* first = part;
  const Mapping* last = part;
  while (first > begin && first[-1].heap && first[-1].range.hi == first->range.lo) --first;
  while (last + 1 < end && last[1].heap && last[1].range.lo == last->range.hi) ++last;
  for (const Mapping* m = first; m <= last; ++m) {
    if (!m->readable || !m->writable) return {};
  }
  return {first->range.lo, last->range.hi};
}

}  // namespace

bool MallocIsKnown() { return &malloc == &__libc_malloc; }

MallocHeap FindMallocHeap(const AddressSpace& space, std::uintptr_t at) {
  const Mapping* mapping = space.Find(at);
  if (mapping == nullptr || mapping->shared || !mapping->readable || !mapping->writable) return {};
  if (mapping->heap) return {WholeMainHeap(space, mapping), true};
  const std::uintptr_t lo = at & ~(kHeapAlign - 1);
  if (!mapping->range.Contains(lo)) return {};
  const auto& info = *reinterpret_cast<const HeapInfo*>(lo);
  if (!IsHeapInfo(info, lo) || at >= lo + info.size || lo + info.size > mapping->range.hi) return {};
  return {{lo, lo + info.size}, false};
}

AddressRange FindMallocLists(const AddressSpace& space, const MallocHeap& heap) {
  if (!heap.main) {
    const auto& info = *reinterpret_cast<const HeapInfo*>(heap.range.lo);
    const std::uintptr_t page = info.arena & ~(kPage - 1);
    const Mapping* mapping = space.Find(page);
    const AddressRange part = {page, page + 2 * kPage};
    return mapping != nullptr && part.hi <= mapping->range.hi ? FindLists(part) : AddressRange{};
  }
  // The first arena is a variable of malloc's library, or of the program if that is static.
  const Mapping* const code = space.Find(reinterpret_cast<std::uintptr_t>(&malloc));
  for (std::size_t i = 0; code != nullptr && i < space.count(); ++i) {
    const Mapping& mapping = space.mapping(i);
    if (mapping.inode == 0 || mapping.inode != code->inode || mapping.shared || !mapping.readable || !mapping.writable) continue;
    if (const AddressRange lists = FindLists(mapping.range); lists.hi != 0) return lists;
  }
  return {};
}

void FindMallocBlocks(const MallocHeap& heap, MallocBlock* blocks, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) blocks[i].outer = blocks[i].inner = {};
  std::size_t next = 0;  // the first block whose `at` is above the header
  for (std::uintptr_t q = heap.range.lo; next < n; q += kAlign) {
    while (next < n && blocks[next].at < q + 16) ++next;
    if (next == n) return;
    const std::uintptr_t word = Word(q + 8);
    // Most words end here: not large enough to reach.
    if (q + (word & ~kFlags) + 8 <= blocks[next].at) continue;
    const std::uintptr_t size = PlausibleSize(q, heap);
    if (size == 0) continue;
    const AddressRange block = {q + 16, q + size + 8};
    for (std::size_t i = next; i < n && blocks[i].at < block.hi; ++i) {
      MallocBlock& b = blocks[i];
      const bool first = b.outer.hi == 0;
      b.outer = first ? block : AddressRange{std::min(b.outer.lo, block.lo), std::max(b.outer.hi, block.hi)};
      b.inner = first ? block : AddressRange{std::max(b.inner.lo, block.lo), std::min(b.inner.hi, block.hi)};
    }
  }
}

}  // namespace gort::runtime
