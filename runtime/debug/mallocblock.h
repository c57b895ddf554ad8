// From an address inside of a block that malloc gave to bounds of that block, without malloc's help.
//
// malloc can be asked about the beginning of a block only. But glibc puts a header before each, and in the word before the block
// the size of it with three flags:
//
//     q                    q + 16                                       q + size           q + size + 8
//      |  .  | size | flags |  the block ..... `at` ....................... |  (its last word)  | next size | flags |
//
// So every q whose word q + 8 could be a header, with `at` between it and the next one, might be the block's: we call it
// plausible. The true header is always among them, in use as the block is. What looks like a header in somebody's data is among
// them too. Hence two bounds:
//
//     outer: the hull of all plausible blocks         contains the block
//     inner: what all plausible blocks have in common lies within the block
//
// A reference to the block is one into outer; what only the block can hold lies in inner. Both err on the side of "reachable".
// No list of malloc's is followed and no lock needed: a thread may have stopped in the middle of malloc.
//
// Source: glibc's malloc.c, struct malloc_chunk and heap_info; its layout is the same from 2.3 to 2.42.
#ifndef GORT_RUNTIME_DEBUG_MALLOCBLOCK_H_
#define GORT_RUNTIME_DEBUG_MALLOCBLOCK_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/debug/addressspace.h"

namespace gort::runtime {

// A part of the address space that malloc divides into blocks.
struct MallocHeap {
  AddressRange range;  // empty: none
  bool main;           // the one that grows by brk
};

// Whether the process's malloc is glibc's own, in its usual form. If not, no address has a heap.
bool MallocIsKnown();

// The heap that `at` lies in; an empty one if it is in none that we know, such as a block so large that it has a mapping of its own.
// Runs on: any, while no other thread runs.
MallocHeap FindMallocHeap(const AddressSpace& space, std::uintptr_t at);

// Where malloc keeps its lists of free blocks of `heap`, which is no reference to any block. It matters because those lists refer to
// headers, and the word where a header begins belongs to the block before. Empty: not found.
AddressRange FindMallocLists(const AddressSpace& space, const MallocHeap& heap);

struct MallocBlock {
  std::uintptr_t at;   // given
  AddressRange outer;  // empty: no header is plausible, so `at` is in no block
  AddressRange inner;
};

// Fills in the bounds of blocks[0, n), which lie in `heap`, in ascending order of `at`. One pass over the heap up to the last one.
void FindMallocBlocks(const MallocHeap& heap, MallocBlock* blocks, std::size_t n);

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_DEBUG_MALLOCBLOCK_H_
