#include "gort/runtime/debug/reach.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "gort/gstruct/m.h"
#include "gort/gstruct/status.h"
#include "gort/runtime/chan/chan.h"
#include "gort/runtime/debug/addressspace.h"
#include "gort/runtime/debug/islands.h"
#include "gort/runtime/debug/mallocblock.h"
#include "gort/runtime/debug/threadstop.h"
#include "gort/runtime/debug/waits.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/switch/getg.h"
#include "gort/runtime/sys/linux.h"
#include "gort/stack/stack.h"

namespace gort::runtime {

namespace {

constexpr const char* kNoMemory = "the kernel has no memory for the search";
constexpr const char* kNoProc =
    "/proc/self/maps, /proc/self/pagemap or /proc/self/mem cannot be read, from which all memory is found; mount /proc";

// Below sp, where a leaf function may keep values. Source: the amd64 ABI's red zone.
constexpr std::uintptr_t kRedZone = 128;

constexpr std::uintptr_t kPage = 4096;

std::uintptr_t AddressOf(const void* p) { return reinterpret_cast<std::uintptr_t>(p); }

// Where a goroutine's closure ends: at its g, if that lies in its slot.
std::uintptr_t EndOfClosure(const g* gp) {
  const std::uintptr_t at = AddressOf(gp);
  return gp->slot.lo <= at && at < gp->slot.hi ? at : gp->slot.hi;
}

// One goroutine's memory.
struct Slot {
  AddressRange range;
  const g* gp;
  std::uint32_t island;  // kNoIsland: a root, or nothing
};
constexpr std::uint32_t kNoIsland = UINT32_MAX;

class Search {
 public:
  explicit Search(LeakSearch* search) : search_(*search) {}
  // False: no answer; the reason is in the LeakSearch.
  bool Run();

 private:
  bool Allocate();
  void SortGoroutines();
  void AddGoroutine(g* gp);
  void AddWaits(g* gp);
  void MakeObjects();
  void PlaceObject(std::uint32_t first, std::uint32_t last);
  void FindBlocks();
  void ExcludeMachines();
  void ExcludeMachine(const m* mp);
  void ScanRoots();
  void ScanGoroutine(const g* gp);
  void ScanRegisters(const m* mp, const StoppedThread& thread);
  void ScanMemory();
  bool Fail(const char* why) {
    search_.error = why;
    return false;
  }

  // One goroutine waits for one object.
  struct Wait {
    std::uintptr_t at;
    std::uintptr_t bytes;  // of a channel; 0: something else
    std::uint32_t waiter;
  };
  // An object in a heap whose block is not known yet.
  struct InHeap {
    MallocBlock block;
    MallocHeap heap;
    std::uint32_t first, last;  // its waits
  };

  LeakSearch& search_;
  ThreadStop threads_;
  Scratch scratch_;
  AddressSpace space_;
  PageReader pages_{&scratch_};
  Islands islands_;

  Slot* slots_ = nullptr;
  std::size_t slot_count_ = 0;
  Wait* waits_ = nullptr;
  std::size_t wait_count_ = 0;
  InHeap* in_heap_ = nullptr;
  std::size_t in_heap_count_ = 0;
  AddressRange* excluded_ = nullptr;
  std::size_t excluded_count_ = 0;
};

// Counts first, because nothing can grow.
bool Search::Allocate() {
  std::size_t goroutines = 0;
  std::size_t waiters = 0;
  std::size_t waits = 0;
  for (const g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) {
    ++goroutines;
    const Waiting waiting = WaitingOf(gp);
    if (waiting == Waiting::kForEver || waiting == Waiting::kForObjects) ++waiters;
    if (waiting == Waiting::kForObjects) EachWaitObject(gp, [&](const hchan*, const void*) { ++waits; });
  }
  std::size_t machines = 0;
  for (const m* mp = allm.load(std::memory_order_acquire); mp != nullptr; mp = mp->alllink) ++machines;
  slots_ = scratch_.Array<Slot>(goroutines);
  waits_ = scratch_.Array<Wait>(waits);
  in_heap_ = scratch_.Array<InHeap>(waits);
  // A slot each, an object each, perhaps in a heap of its own, two stacks per M, our own pages, one more.
  excluded_ = scratch_.Array<AddressRange>(goroutines + 2 * waits + 2 * machines + Scratch::kMost + 1);
  return slots_ != nullptr && waits_ != nullptr && in_heap_ != nullptr && excluded_ != nullptr &&
         islands_.Allocate(&scratch_, waiters, waits);
}

// Every goroutine becomes an island, a root (ScanRoots does that) or nothing.
void Search::SortGoroutines() {
  for (g* gp = allgs.load(std::memory_order_acquire); gp != nullptr; gp = gp->alllink) AddGoroutine(gp);
  std::sort(slots_, slots_ + slot_count_, [](const Slot& a, const Slot& b) { return a.range.lo < b.range.lo; });
}

void Search::AddGoroutine(g* gp) {
  gp->leaked = false;  // an earlier search may have overlooked a reference that is in plain sight now
  std::uint32_t island = kNoIsland;
  switch (WaitingOf(gp)) {
    case Waiting::kNot: break;
    case Waiting::kUnsettled: ++search_.unsettled; break;
    case Waiting::kForEver: island = islands_.AddWaiter(gp, {gp->sched.sp, EndOfClosure(gp)}); break;
    case Waiting::kForObjects:
      island = islands_.AddWaiter(gp, {gp->sched.sp, EndOfClosure(gp)});
      EachWaitObject(gp, [&](const hchan* c, const void* address) {
        waits_[wait_count_++] = {AddressOf(c != nullptr ? c : address), c != nullptr ? chanbytes(c) : 0, island};
      });
      break;
  }
  if (gp->slot.hi == 0) return;  // ended, and its large stack is gone
  slots_[slot_count_++] = {{gp->slot.lo, gp->slot.hi}, gp, island};
  // With the guard, which to read in vain takes time, and with the slot's header, so that neighbours are one range.
  const StackLocation location = StackOf(gp->slot.lo);
  const std::uintptr_t end = location.large ? gp->slot.hi : (gp->slot.hi + kPage - 1) & ~(kPage - 1);
  excluded_[excluded_count_++] = {location.found ? location.guard_lo : gp->slot.lo, end};
}

// One island for each object, however many wait for it.
void Search::MakeObjects() {
  std::sort(waits_, waits_ + wait_count_, [](const Wait& a, const Wait& b) { return a.at < b.at; });
  for (std::uint32_t first = 0, last; first < wait_count_; first = last) {
    last = first + 1;
    while (last < wait_count_ && waits_[last].at == waits_[first].at) ++last;
    PlaceObject(first, last);
  }
  FindBlocks();
}

// What waits_[first, last) wait for: where is it?
void Search::PlaceObject(std::uint32_t first, std::uint32_t last) {
  const Wait& wait = waits_[first];
  std::uint32_t island = Islands::kReachable;
  if (wait.bytes != 0) {
    const AddressRange block = {wait.at, (wait.at + wait.bytes + 7) & ~std::uintptr_t{7}};
    island = islands_.AddObject(block, block);
    excluded_[excluded_count_++] = block;
  } else if (const Slot* slot = std::upper_bound(slots_, slots_ + slot_count_, wait.at,
                                                 [](std::uintptr_t at, const Slot& s) { return at < s.range.hi; });
             slot != slots_ + slot_count_ && slot->range.Contains(wait.at)) {
    if (slot->island != kNoIsland) island = slot->island;  // on a stack that is an island itself
  } else if (const MallocHeap heap = MallocIsKnown() ? FindMallocHeap(space_, wait.at) : MallocHeap{}; heap.range.hi != 0) {
    in_heap_[in_heap_count_++] = {.block = {.at = wait.at}, .heap = heap, .first = first, .last = last};
    return;
  }
  for (std::uint32_t i = first; i < last; ++i) islands_.Wakes(island, waits_[i].waiter);
}

// The blocks of the objects in malloc's heaps, one pass for each heap. (in_heap_ is in order of addresses, hence of heaps.)
void Search::FindBlocks() {
  MallocBlock* blocks = scratch_.Array<MallocBlock>(in_heap_count_);
  for (std::size_t i = 0, end; i < in_heap_count_; i = end) {
    const MallocHeap& heap = in_heap_[i].heap;
    for (end = i; end < in_heap_count_ && in_heap_[end].heap.range.lo == heap.range.lo; ++end) {
      if (blocks != nullptr) blocks[end] = in_heap_[end].block;
    }
    if (blocks != nullptr) FindMallocBlocks(heap, blocks + i, end - i);
    excluded_[excluded_count_++] = FindMallocLists(space_, heap);
  }
  for (std::size_t i = 0; i < in_heap_count_; ++i) {
    std::uint32_t island = Islands::kReachable;
    if (blocks != nullptr && blocks[i].outer.hi != 0) {
      island = islands_.AddObject(blocks[i].outer, blocks[i].inner);
      excluded_[excluded_count_++] = blocks[i].inner;
    }
    for (std::uint32_t w = in_heap_[i].first; w < in_heap_[i].last; ++w) islands_.Wakes(island, waits_[w].waiter);
  }
}

// Of an M's own stack, what lies below sp is old; and while it runs a goroutine, or has nothing to do, so is all below the frame
// that called schedule. Of its signal stack only the registers count that it was stopped with.
void Search::ExcludeMachine(const m* mp) {
  const bool self = mp->procid == static_cast<std::uint64_t>(sys::Gettid());
  const StoppedThread* thread = threads_.Find(mp->procid);
  // A thread that has ended: its stack may be somebody else's memory by now.
  if (!self && thread == nullptr) return;
  excluded_[excluded_count_++] = {mp->gsignal->stack.lo, mp->gsignal->stack.hi};
  const struct stack own = mp->g0->stack;
  std::uintptr_t from = mp->g0->sched.sp;
  const bool idle = mp->curg == nullptr && mp->p == nullptr;
  if (!self && !idle && own.lo <= thread->sp && thread->sp < own.hi) from = thread->sp - kRedZone;
  if (own.lo < from && from <= own.hi) excluded_[excluded_count_++] = {own.lo, from};
  if (!self && !idle) ScanRegisters(mp, *thread);
}

void Search::ScanRegisters(const m* mp, const StoppedThread& thread) {
  const struct stack signal = mp->gsignal->stack;
  const bool on_signal_stack = signal.lo <= thread.frame && thread.frame < signal.hi;
  const std::uintptr_t end = on_signal_stack ? signal.hi : thread.sp;
  if (thread.frame < end) islands_.Scan({thread.frame & ~std::uintptr_t{7}, end});
}

void Search::ExcludeMachines() {
  for (const m* mp = allm.load(std::memory_order_acquire); mp != nullptr; mp = mp->alllink) {
    if (mp->gsignal != nullptr) ExcludeMachine(mp);
  }
}

// A goroutine that is no island: from its sp upwards. Where it is not known, all of it.
void Search::ScanGoroutine(const g* gp) {
  std::uintptr_t from = gp->sched.sp;
  switch (gp->atomicstatus.load(std::memory_order_relaxed)) {
    case kGdead:
      // Not one that has ended, but one that newproc is making: there may be a closure.
      if (from == 0) return;
      from = gp->stack.hi;
      break;
    case kGrunning:
    case kGsyscall: {
      if (gp == getg() || (gp->m != nullptr && gp->m == getg()->m)) {
        from = search_.caller_sp;
        break;
      }
      const StoppedThread* thread = gp->m != nullptr ? threads_.Find(gp->m->procid) : nullptr;
      const bool here = thread != nullptr && gp->slot.lo <= thread->sp && thread->sp < gp->slot.hi;
      from = here ? thread->sp - kRedZone : gp->slot.lo;
      break;
    }
    default: break;
  }
  if (from < gp->slot.lo || from > gp->slot.hi) from = gp->slot.lo;
  islands_.Scan({from & ~std::uintptr_t{7}, gp->slot.hi});
}

void Search::ScanRoots() {
  for (std::size_t i = 0; i < slot_count_; ++i) {
    if (slots_[i].island == kNoIsland) ScanGoroutine(slots_[i].gp);
  }
  ScanMemory();
}

// All that is mapped, but what is excluded.
void Search::ScanMemory() {
  for (std::size_t i = 0; i < scratch_.count(); ++i) excluded_[excluded_count_++] = scratch_.range(i);
  if (const Mapping* stack = space_.Find(search_.caller_sp); stack != nullptr && stack->main_stack) {
    excluded_[excluded_count_++] = {stack->range.lo, search_.caller_sp};
  }
  std::sort(excluded_, excluded_ + excluded_count_, [](AddressRange a, AddressRange b) { return a.lo < b.lo; });
  const AddressRange* next = excluded_;
  const AddressRange* const end = excluded_ + excluded_count_;
  for (std::size_t i = 0; i < space_.count(); ++i) {
    const Mapping& mapping = space_.mapping(i);
    std::uintptr_t at = mapping.range.lo;
    while (next < end && next->hi <= at) ++next;
    // They may overlap, and reach beyond the mapping.
    for (const AddressRange* e = next; at < mapping.range.hi; ++e) {
      const bool last = e == end || e->lo >= mapping.range.hi;
      const AddressRange part = {at, last ? mapping.range.hi : e->lo};
      if (part.lo < part.hi) {
        pages_.Read(mapping, part, [this](const std::uintptr_t* words, std::size_t n) { islands_.Scan(words, n); });
      }
      if (last) break;
      at = std::max(at, e->hi);
    }
  }
}

bool Search::Run() {
  if (!threads_.Stop()) {
    std::memcpy(search_.error_text, threads_.error(), sizeof(search_.error_text));
    return Fail(search_.error_text);
  }
  if (!pages_.ok()) return Fail(kNoProc);
  if (!Allocate()) return Fail(kNoMemory);
  if (!space_.Read(&scratch_)) return Fail(kNoProc);
  SortGoroutines();
  MakeObjects();
  islands_.Seal();
  ExcludeMachines();
  ScanRoots();
  islands_.Drain();
  islands_.EachLeaked([this](g* gp) {
    gp->leaked = true;
    ++search_.leaked;
  });
  return true;
}

}  // namespace

void SearchLeaks(void* arg) { Search(static_cast<LeakSearch*>(arg)).Run(); }

}  // namespace gort::runtime
