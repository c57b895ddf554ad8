#include "gort/runtime/debug/islands.h"

#include <algorithm>

#include "gort/runtime/debug/waits.h"

namespace gort::runtime {

bool Islands::Allocate(Scratch* scratch, std::size_t waiters, std::size_t waits) {
  islands_ = scratch->Array<Island>(waiters + waits);
  targets_ = scratch->Array<Target>(waiters + waits);
  pending_ = scratch->Array<std::uint32_t>(waiters + waits);
  edges_ = scratch->Array<Edge>(waits);
  filter_ = scratch->Array<std::uint64_t>((std::size_t{1} << kFilterBits) / 64);
  return islands_ != nullptr && targets_ != nullptr && pending_ != nullptr && edges_ != nullptr && filter_ != nullptr;
}

void Islands::AddTarget(AddressRange range, std::uint32_t island) {
  targets_[target_count_++] = {.range = range, .highest = 0, .island = island};
}

std::uint32_t Islands::AddWaiter(g* gp, AddressRange stack) {
  const auto island = static_cast<std::uint32_t>(count_++);
  islands_[island] = {.contents = stack, .waiter = gp};
  AddTarget(stack, island);
  return island;
}

std::uint32_t Islands::AddObject(AddressRange outer, AddressRange inner) {
  const auto island = static_cast<std::uint32_t>(count_++);
  islands_[island] = {.contents = inner};
  AddTarget(outer, island);
  return island;
}

void Islands::Wakes(std::uint32_t island, std::uint32_t waiter) {
  if (island == kReachable) {
    MakeLive(waiter);
  } else {
    edges_[edge_count_++] = {island, waiter};
  }
}

void Islands::Seal() {
  std::sort(edges_, edges_ + edge_count_, [](Edge a, Edge b) { return a.island < b.island; });
  std::sort(targets_, targets_ + target_count_, [](const Target& a, const Target& b) { return a.range.lo < b.range.lo; });
  std::uintptr_t highest = 0;
  for (std::size_t i = 0; i < target_count_; ++i) {
    const AddressRange range = targets_[i].range;
    targets_[i].highest = highest = std::max(highest, range.hi);
    for (std::uintptr_t page = range.lo >> kPageShift; page <= (range.hi - 1) >> kPageShift; ++page) {
      filter_[FilterBit(page) / 64] |= std::uint64_t{1} << FilterBit(page) % 64;
    }
  }
  if (target_count_ == 0) return;
  lowest_ = targets_[0].range.lo;
  span_ = highest - lowest_;
}

void Islands::Scan(AddressRange range) {
  if (range.lo >= range.hi) return;
  Scan(reinterpret_cast<const std::uintptr_t*>(range.lo), (range.hi - range.lo) / sizeof(std::uintptr_t));
}

void Islands::Scan(const std::uintptr_t* words, std::size_t n) {
  const std::uintptr_t lowest = lowest_;
  const std::uintptr_t span = span_;
  const std::uint64_t* const filter = filter_;
  for (const std::uintptr_t* const end = words + n; words < end; ++words) {
    if (*words - lowest >= span) continue;
    const std::size_t bit = FilterBit(*words >> kPageShift);
    if ((filter[bit / 64] >> bit % 64 & 1) != 0) Refer(*words);
  }
}

// All targets that `at` lies in. They overlap where a header of malloc's could be one of two.
void Islands::Refer(std::uintptr_t at) {
  const Target* target =
      std::upper_bound(targets_, targets_ + target_count_, at, [](std::uintptr_t a, const Target& t) { return a < t.range.lo; });
  while (target > targets_ && (target - 1)->highest > at) {
    --target;
    if (target->range.Contains(at)) {
      const g* waiter = islands_[target->island].waiter;
      if (waiter == nullptr || !IsInWaitersList(waiter, at)) Reach(target->island);
    }
  }
}

void Islands::Reach(std::uint32_t island) {
  if (islands_[island].reached) return;
  islands_[island].reached = true;
  pending_[pending_count_++] = island;
}

void Islands::MakeLive(std::uint32_t waiter) {
  islands_[waiter].live = true;
  Reach(waiter);
}

void Islands::Drain() {
  while (pending_count_ > 0) {
    const std::uint32_t island = pending_[--pending_count_];
    Scan(islands_[island].contents);
    const Edge* edge = std::lower_bound(edges_, edges_ + edge_count_, island, [](Edge e, std::uint32_t i) { return e.island < i; });
    for (; edge < edges_ + edge_count_ && edge->island == island; ++edge) MakeLive(edge->waiter);
  }
}

}  // namespace gort::runtime
