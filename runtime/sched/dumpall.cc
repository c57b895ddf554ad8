// All goroutines, in order, and those that are equal only once.
//
//     allgs -> [ goid, g ] sorted by goid -> hash of frames and state -> first of its kind: printed
//                                                                   `-> others: in a list behind the first, printed as ranges of ids
//
// Walking a stack takes some microseconds and printing it many times that, so of 100,000 goroutines each is walked, and few are printed.
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/gstruct/status.h"
#include "gort/runtime/sched/callers.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/syscall.h"

namespace gort::runtime {

namespace {

bool IsDead(const g* gp) { return gp->atomicstatus.load(std::memory_order_acquire) == kGdead; }

// Whether a dump of all shows gp.
bool IsWanted(const g* gp, const g* except, const DumpOptions& options) {
  return gp != except && !IsDead(gp) && (!options.leaked || isleaked(gp));
}

// A goroutine by the number that it had when we looked: meanwhile a dead one may be reused.
struct Numbered {
  std::uint64_t goid;
  g* gp;
  std::uint64_t kind;   // a hash of what makes it equal to others
  std::uint32_t first;  // the index of the first of its kind
  std::uint32_t next;   // in the list of its kind; 0: the last
  std::uint32_t last;   // of a first one: the end of that list
  std::uint32_t more;   // of a first one: how many follow
};

// Shellsort: in place, no recursion, and <algorithm> needs libc. Source: Ciura's gaps.
void SortByGoid(Numbered* all, std::size_t n) {
  for (const std::size_t gap : {701UL * 2048, 701UL * 128, 701UL * 8, 701UL, 301UL, 132UL, 57UL, 23UL, 10UL, 4UL, 1UL}) {
    for (std::size_t i = gap; i < n; ++i) {
      const Numbered moving = all[i];
      std::size_t at = i;
      for (; at >= gap && all[at - gap].goid > moving.goid; at -= gap) all[at] = all[at - gap];
      all[at] = moving;
    }
  }
}

void Mix(std::uint64_t* hash, std::uint64_t value) {
  *hash = (*hash ^ value) * 0x9e3779b97f4a7c15;
  *hash ^= *hash >> 29;
}

template <class T>
void Mix(std::uint64_t* hash, const T* pointer) {
  Mix(hash, static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer)));
}

// Of all that its block shows, but for its numbers: id, minutes, parent.
std::uint64_t KindOf(g* gp) {
  std::uint64_t hash = gp->atomicstatus.load(std::memory_order_acquire);
  Mix(&hash, static_cast<std::uint64_t>(gp->waitreason));
  Mix(&hash, gp->lockedm != nullptr ? 1UL : 0UL);
  Mix(&hash, gp->bubble);
  Mix(&hash, gp->labels);
  Mix(&hash, gp->name);
  Mix(&hash, gp->gofile);
  Mix(&hash, gp->gofunction);
  Mix(&hash, std::uint64_t{gp->goline});
  StackTrace trace;
  if (!callersof(gp, nullptr, &trace)) return hash;
  for (std::size_t i = 0; i < trace.count; ++i) {
    if (i == StackTrace::kEnd) i += trace.Elided();
    Mix(&hash, trace.At(i).pc);
    Mix(&hash, std::uint64_t{trace.At(i).repeated});
  }
  return hash;
}

// Fills in the lists of those that are equal. `table`: `room` zeroes, a power of two more than n.
void FindKinds(Numbered* all, std::size_t n, std::uint32_t* table, std::size_t room) {
  for (std::uint32_t i = 0; i < n; ++i) {
    if (IsDead(all[i].gp)) continue;
    all[i].kind = KindOf(all[i].gp);
    all[i].first = all[i].last = i;
    std::size_t at = all[i].kind & (room - 1);
    while (table[at] != 0 && all[table[at] - 1].kind != all[i].kind) at = (at + 1) & (room - 1);
    if (table[at] == 0) {
      table[at] = i + 1;
      continue;
    }
    Numbered& first = all[table[at] - 1];
    all[i].first = table[at] - 1;
    all[first.last].next = i;
    first.last = i;
    ++first.more;
  }
}

// "...4 identical goroutines folded: 8-10 12"; many ranges are cut off.
void PrintFolded(const Numbered* all, const Numbered& first, sys::Printer* out) {
  constexpr int kMostRanges = 20;
  out->Str("...").Udec(first.more).Str(first.more == 1 ? " identical goroutine folded:" : " identical goroutines folded:");
  int ranges = 0;
  for (std::uint32_t i = first.next; i != 0;) {
    if (++ranges > kMostRanges) {
      out->Str(" ...");
      break;
    }
    const std::uint64_t from = all[i].goid;
    std::uint64_t to = from;
    for (i = all[i].next; i != 0 && all[i].goid == to + 1; i = all[i].next) ++to;
    out->Char(' ').Udec(from);
    if (to != from) out->Char('-').Udec(to);
  }
  out->Char('\n').Flush();
}

void* Pages(std::size_t bytes) {
  const long pages = sys::Mmap(nullptr, bytes, sys::kPROT_READ | sys::kPROT_WRITE, sys::kMAP_PRIVATE | sys::kMAP_ANONYMOUS, -1, 0);
  return sys::IsError(pages) ? nullptr : reinterpret_cast<void*>(pages);
}

}  // namespace

void DumpAllGoroutines(const g* except, const DumpOptions& options, sys::Printer* out) {
  g* const newest = allgs.load(std::memory_order_acquire);
  std::size_t count = 0;
  for (const g* gp = newest; gp != nullptr; gp = gp->alllink) ++count;
  if (count == 0) return;
  std::size_t room = 2;
  while (room <= count) room *= 2;
  // Pages of our own, for malloc may be what failed. Rejected: looking through the list for the next higher number each time,
  // which for a hundred thousand goroutines takes longer than printing them.
  const std::size_t bytes = count * sizeof(Numbered) + room * sizeof(std::uint32_t);
  auto* const all = static_cast<Numbered*>(Pages(bytes));
  if (all == nullptr) {
    for (g* gp = newest; gp != nullptr; gp = gp->alllink) {
      if (IsWanted(gp, except, options)) DumpGoroutine(gp, nullptr, options, out);
    }
    return;
  }
  std::size_t n = 0;
  for (g* gp = newest; gp != nullptr; gp = gp->alllink) {
    if (IsWanted(gp, except, options)) all[n++] = {.goid = gp->goid, .gp = gp};
  }
  SortByGoid(all, n);
  const bool fold = options.fold && n > kFoldAbove;
  if (fold) FindKinds(all, n, reinterpret_cast<std::uint32_t*>(all + count), room);
  for (std::size_t i = 0; i < n; ++i) {
    if (IsDead(all[i].gp) || (fold && all[i].first != i)) continue;
    DumpGoroutine(all[i].gp, nullptr, options, out);
    if (fold && all[i].more != 0) PrintFolded(all, all[i], out);
  }
  sys::Munmap(all, bytes);
}

}  // namespace gort::runtime
