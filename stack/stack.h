// Memory that goroutines run on: reserved address space, a guard below each stack, reuse without a system call.
//
// One slot, from low to high addresses (sizes of the default class; the stride is an odd number of pages):
//
//     guard_lo        lo                                                   hi                 top
//      |     guard     |  usable: committed by touching it    <- frames |  g | colour | header  |
//      |    36 KiB     |  256 KiB ------------------------------------------------------------->|
//       any access       lowest byte                      the scheduler puts   64-byte aligned
//       faults           of the stack                     the g just below hi
//
// The colour (0..960 bytes, by slot number) and the odd stride keep the hot tops of many stacks out of the same sets of
// caches and TLB. The slot header (one cache line) links free slots and catches a double free. Both lie in the top
// page, which holds the g and is warm anyway: a parked goroutine costs one page.
//
// Life of a slot:
//
//     reserved --grow--> guarded --first alloc--> live --stackfree--> free --StackScavenge--> trimmed
//                                                  ^                    |                        |
//                                                  +---- stackalloc ----+------------------------+
//
//   reserved  address space only.        guarded  writable, guard installed, no page yet.
//   live      belongs to the caller of stackalloc. Nobody else touches [lo, hi).
//   free      in a StackCache or the pool, with its pages. The top page below hi keeps its contents until the slot is
//             live again, so a dead g may be read.
//   trimmed   free, and every page but the top one went back to the kernel. The guard stays.
//
// Slots never go back to reserved. Large stacks (above the biggest class) have a mapping of their own and are unmapped
// by stackfree.
//
// fork: the child has the parent's stacks, copy on write, but only the forking thread; a pool lock that another thread
// held stays locked in it for ever. So a child may run on the stack that it has, and exec or _exit; it may not make
// goroutines.
//
// Source: Go 1.27 runtime.stackalloc, stackfree, stackcache, for names and shape. Ours never move and never grow: C++
// pointers into a stack must stay valid; address space is cheap, so a stack reserves what it may ever need.
#ifndef GORT_STACK_STACK_H_
#define GORT_STACK_STACK_H_

#include <cstddef>
#include <cstdint>

#include "gort/gstruct/stack.h"

namespace gort::runtime {

// Size classes, in bytes of usable stack. Above the last one a stack is "large".
inline constexpr size_t kStackClassBytes[] = {16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 1 << 20};
inline constexpr int kNumStackClasses = 6;
inline constexpr size_t kDefaultStackBytes = 256 << 10;
inline constexpr size_t kMaxStackBytes = size_t{1} << 30;  // Go's limit on 64-bit machines is 1 GB too
inline constexpr int kMaxLargeStacks = 1024;               // live at the same time
inline constexpr int kLargeStackClass = kNumStackClasses;

// The smallest class with at least size_bytes, or kLargeStackClass.
constexpr int StackClassFor(size_t size_bytes) {
  int size_class = 0;
  while (size_class < kNumStackClasses && kStackClassBytes[size_class] < size_bytes) ++size_class;
  return size_class;
}

// Why there is no stack.
enum class StackError : uint8_t {
  kNone,
  kNotInitialised,  // stackinit has not run
  kBadConfig,       // stackinit: the page size is no power of two from 4 KiB to 64 KiB
  kTooLarge,        // more than kMaxStackBytes
  kNoAddressSpace,  // the kernel refused to reserve more (RLIMIT_AS, or every arena is full)
  kNoMemory,        // the kernel refused to make reserved memory writable (overcommit_memory=2, cgroup)
  kGuardBudget,     // each guard costs mappings on this kernel, and the share of vm.max_map_count is used up
  kGuardFailed,     // the kernel refused a guard
  kTooManyLarge,    // kMaxLargeStacks are live
};

// What happened and what to do about it, as one constant sentence.
// Runs on: any; async-signal-safe.
const char* StackErrorSentence(StackError error);

// How guards are made.
enum class StackGuardKind : uint8_t {
  kNone,      // before stackinit
  kInstall,   // MADV_GUARD_INSTALL (Linux 6.13): no mapping of its own; tested at stackinit by a real fault
  kMprotect,  // gaps of PROT_NONE: two mappings per stack, hence a budget
};

struct StackConfig {
  size_t page_size_bytes = 4096;  // AT_PAGESZ
  bool force_mprotect = false;    // pretends that the kernel is older, for tests
  size_t max_mappings = 0;        // budget for kMprotect, in mappings; 0: three quarters of /proc/sys/vm/max_map_count
};

// Finds out what the kernel can do and opens the pools. Once, before the first stackalloc; a second call does nothing.
// Makes no reservation: the first stack of a class does.
// Runs on: any; one thread.  Needs P: no.  Blocks: never.  Errors: kBadConfig.
StackError stackinit(const StackConfig& config);

// ---- Allocation -----------------------------------------------------------------------------------------------------

struct StackSlot;  // the header at the top of a slot, stack/geometry.h

// Free slots of one class that one owner holds: two chains, last in first out. `spare` is empty or full, so that an
// owner that goes up and down around a boundary moves whole chains, in constant time, and not at every step.
struct StackMagazine {
  StackSlot* active;
  StackSlot* spare;
  uint32_t active_count;
  uint32_t spare_count;
};

// An owner's free slots, of all classes. All zero bytes is an empty cache. Belongs to one thread at a time (a p's
// holder): no lock, no atomics. Bound: 2 * kStackMagazineSlots slots per class (fewer for the 1 MiB class).
// Source: Go 1.27 runtime.mcache.stackcache; two chains (Bonwick's magazines) instead of half-refills: no list walks.
struct StackCache {
  StackMagazine magazine[kNumStackClasses];
};
inline constexpr uint32_t kStackMagazineSlots = 32;

// A stack of at least size_bytes usable bytes below hi + 1 KiB (the colour and the header are taken from them); 0: the
// default. hi is 64-byte aligned with the colour applied; lo is the first byte above the guard. Contents: unspecified.
// {0, 0} on failure; the reason then goes to *error when that is not null. On success *error is left alone. With a
// cache it is taken from there, without lock or system call as long as the cache has one. `cache` may be null.
// Runs on: any stack that does not overflow (g0).  Needs P: the owner of `cache`.  Blocks: M, for the pool's lock.
// Source: Go 1.27 runtime.stackalloc.
stack stackalloc(StackCache* cache, size_t size_bytes, StackError* error);
stack stackalloc(size_t size_bytes);

// Gives `s`, exactly as stackalloc returned it, back. The caller must not run on it. The top page keeps its contents
// (see above), except for large stacks, which are unmapped.
// Runs on: g0.  Needs P: the owner of `cache`.  Blocks: M, for the pool's lock.
// Errors: stops the program on a stack that is not live (freed twice, or never allocated).
// Source: Go 1.27 runtime.stackfree.
void stackfree(StackCache* cache, stack s);
void stackfree(stack s);

// Gives everything in `cache` to the pool. For an owner that goes away or stays idle.
// Source: Go 1.27 runtime.stackcache_clear.
// Runs on: g0.  Needs P: the owner of `cache`.  Blocks: M, for the pool's lock.
void StackCacheFlush(StackCache* cache);

// The number of slots in `cache`.  Runs on: the owner of `cache`.
size_t StackCacheSize(const StackCache* cache);

// ---- Questions ------------------------------------------------------------------------------------------------------

// Where an address lies among all the stacks.
struct StackLocation {
  bool found;          // in a slot (guard included) or a large stack; free and live alike. Otherwise all is 0
  bool in_guard;       // in [guard_lo, lo)
  bool large;          // a large stack
  uintptr_t guard_lo;  // lowest address of the slot
  uintptr_t lo, hi;    // the stack's bounds as stackalloc returned or would return them; hi is above the g
};

// Which stack `addr` belongs to. A stack that is being made or unmapped at this moment may be missed, never
// misreported.
// Runs on: any; async-signal-safe.  Needs P: no.  Locks: none.  Blocks: never.
StackLocation StackOf(uintptr_t addr);

// How many bytes below s.hi have been in use at most, in whole pages, since the slot was last trimmed: reuse does not
// reset it. Swapped-out pages are not seen, so under memory pressure this is a lower bound.
// Runs on: any; `s` live or free.  Needs P: no.  Blocks: never; mincore(2), one call per 2 MiB.
size_t StackHighWater(stack s);

// Returns memory of free pooled slots to the kernel: all pages but the top one of each, coldest slots first, until
// about max_bytes of usable size has been given back or nothing is left. Returns the bytes of address space trimmed.
// Slots in StackCaches are not touched: flush them first.
// Runs on: any; meant for the idle scavenger.  Needs P: no.  Blocks: M (pool lock, briefly; the system calls are
// outside it).
size_t StackScavenge(size_t max_bytes);

// A snapshot, for metrics. Counts are consistent per class, not across classes.
struct StackClassStats {
  size_t size_bytes;      // usable bytes
  size_t stride_bytes;    // from one slot to the next, guard included
  size_t reserved_bytes;  // address space
  size_t slots;           // guarded slots, in any later state
  size_t touched;         // slots that have been live at least once
  size_t free;            // in the pool
  size_t trimmed;         // of those, trimmed; touched - free is live or in a StackCache
};
struct StackStats {
  StackGuardKind guard_kind;
  size_t guards_installed;  // by MADV_GUARD_INSTALL
  size_t guards_mprotect;   // by PROT_NONE gaps, large stacks included
  size_t mappings;          // an estimate of the kernel mappings that stacks cost
  size_t max_mappings;      // the budget for them under kMprotect; 0 under kInstall
  size_t large_live;
  size_t large_bytes;
  StackClassStats classes[kNumStackClasses];
};

// Runs on: any.  Needs P: no.  Blocks: M, for each pool's lock.
StackStats ReadStackStats();

}  // namespace gort::runtime

#endif  // GORT_STACK_STACK_H_
