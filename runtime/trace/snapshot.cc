#include "gort/runtime/trace/snapshot.h"

#include <atomic>

namespace gort::trace::internal {

using runtime::kTraceMostSlots;
using runtime::kTraceNoP;
using runtime::traceBuffers;
using runtime::traceEv;
using runtime::traceRing;
using runtime::traceSlot;

namespace {

__extension__ using Wide = unsigned __int128;
constexpr int kScaleBits = 32;

traceEv TypeOf(const traceSlot& slot) { return static_cast<traceEv>(slot.word[3] & 0xff); }
bool IsEvent(const traceSlot& slot) { return TypeOf(slot) < traceEv::kSite; }

}  // namespace

std::size_t Snapshot::Copy(const traceRing& ring, bool overwrites, traceSlot* to, Run* run) {
  const std::uint64_t size = ring.mask + 1;
  // Acquire: pairs with the release in Put. The slots below are written.
  const std::uint64_t head = ring.head.load(std::memory_order_acquire);
  const std::uint64_t first = head > size ? head - size : 0;
  for (std::uint64_t i = first; i < head; ++i) {
    const std::atomic<std::uint64_t>* words = ring.words + 4 * (i & ring.mask);
    // Acquire: a word of a later slot brings the head of before that slot with it.
    for (int w = 0; w < 4; ++w) to[i - first].word[w] = words[w].load(std::memory_order_acquire);
  }
  const std::uint64_t later = ring.head.load(std::memory_order_relaxed) + kTraceMostSlots;
  std::uint64_t kept = overwrites && later > size + first ? later - size : first;
  if (kept > head) kept = head;
  // Slots whose event is gone.
  while (kept != first && kept < head && !IsEvent(to[kept - first])) ++kept;
  run->at = to + (kept - first);
  run->end = to + (head - first);
  dropped_ += kept + ring.dropped.load(std::memory_order_relaxed);
  return static_cast<std::size_t>(head - first);
}

bool Snapshot::Take(const Recording& recording) {
  const Moment end = recording.Last();
  const traceBuffers& buffers = recording.buffers();
  const auto rings = static_cast<std::size_t>(buffers.count) + 1;
  copy_ = Pages<traceSlot>(recording.slots_per_ring() * rings);
  runs_ = Pages<Run>(rings);
  if (!copy_ || !runs_) return false;
  begin_ticks_ = recording.begin().ticks;
  end_ticks_ = end.ticks;
  dropped_ = 0;
  slots_ = 0;
  run_count_ = 0;
  for (std::size_t i = 0; i < rings; ++i) {
    const traceRing& ring = i + 1 < rings ? buffers.rings[i] : buffers.shared;
    Run run;
    const std::uint64_t dropped_before = dropped_;
    slots_ += Copy(ring, !buffers.keep_first, &copy_[recording.slots_per_ring() * i], &run);
    if (run.at == run.end) continue;
    const bool incomplete = dropped_ != dropped_before;
    if (incomplete && !buffers.keep_first && run.at->word[0] > begin_ticks_) begin_ticks_ = run.at->word[0];
    if (incomplete && buffers.keep_first) {
      const traceSlot* last = run.end - 1;
      while (!IsEvent(*last)) --last;
      if (last->word[0] < end_ticks_) end_ticks_ = last->word[0];
    }
    runs_[run_count_++] = run;
  }
  SetScale(recording.begin(), end);
  if (recording.keep_ns() != 0 && ToNs(end_ticks_) > recording.keep_ns()) {
    const std::int64_t earlier = ToNs(end_ticks_) - recording.keep_ns();
    begin_ticks_ += static_cast<std::uint64_t>((Wide{static_cast<std::uint64_t>(earlier)} << kScaleBits) / ns_per_tick_);
  }
  if (begin_ticks_ > end_ticks_) begin_ticks_ = end_ticks_;  // the oldest event is younger than the snapshot
  for (std::size_t i = run_count_ / 2; i-- > 0;) SiftDown(i);
  return true;
}

bool Snapshot::Next(Event* event) {
  while (run_count_ != 0) {
    Run* run = &runs_[0];
    const traceSlot* slot = run->at++;
    const traceSlot* more = run->at;
    while (run->at != run->end && !IsEvent(*run->at)) ++run->at;
    const std::uint64_t ticks = slot->word[0];
    *event = {.ns = ToNs(ticks),
              .type = TypeOf(*slot),
              .reason = static_cast<std::uint8_t>(slot->word[3] >> 8),
              .p = static_cast<std::int32_t>(slot->word[3] >> 16 & 0xffff),
              .goid = slot->word[1],
              .second = slot->word[2],
              .third = static_cast<std::uint32_t>(slot->word[3] >> 32),
              .more = more,
              .more_slots = static_cast<std::size_t>(run->at - more)};
    if (event->p == static_cast<std::int32_t>(kTraceNoP)) event->p = -1;
    if (run->at == run->end) *run = runs_[--run_count_];
    SiftDown(0);
    // What is later than the beginning of the snapshot may be the effect of an event that the snapshot lacks.
    if (ticks <= end_ticks_) return true;
  }
  return false;
}

void Snapshot::SetScale(Moment begin, Moment end) {
  // Two moments that are too near each other say nothing of the rate; nobody sees such a trace's times.
  const std::uint64_t ticks = end.ticks > begin.ticks ? end.ticks - begin.ticks : 1;
  const std::int64_t ns = end.ns > begin.ns ? end.ns - begin.ns : 1;
  const double rate = static_cast<double>(ns) / static_cast<double>(ticks);
  constexpr double kUnit = 4294967296.0;
  ns_per_tick_ = static_cast<std::uint64_t>((rate < 1024 ? rate : 1024) * kUnit);
  if (ns_per_tick_ < 1024) ns_per_tick_ = 1024;
}

std::int64_t Snapshot::ToNs(std::uint64_t ticks) const {
  if (ticks < begin_ticks_) return -static_cast<std::int64_t>(Wide{begin_ticks_ - ticks} * ns_per_tick_ >> kScaleBits);
  return static_cast<std::int64_t>(Wide{ticks - begin_ticks_} * ns_per_tick_ >> kScaleBits);
}

void Snapshot::SiftDown(std::size_t i) {
  if (i >= run_count_) return;
  const Run moving = runs_[i];
  for (;;) {
    std::size_t child = 2 * i + 1;
    if (child >= run_count_) break;
    if (child + 1 < run_count_ && runs_[child + 1].at->word[0] < runs_[child].at->word[0]) ++child;
    if (runs_[child].at->word[0] >= moving.at->word[0]) break;
    runs_[i] = runs_[child];
    i = child;
  }
  runs_[i] = moving;
}

}  // namespace gort::trace::internal
