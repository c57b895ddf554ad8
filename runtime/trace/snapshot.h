// What the rings held at one moment, as one row of events in order of time.
//
// The rings are copied while they are written (runtime/sched/trace.h says how that goes well), and then merged: each is in order
// already. What is earlier than the oldest event of a ring that has overwritten some would be half of a story: time 0 is there, and events
// from before it, which other rings still have, serve to know who ran at 0.
//
// Nothing here uses malloc, throws or takes a lock: it also runs when the program is going down.
#ifndef GORT_RUNTIME_TRACE_SNAPSHOT_H_
#define GORT_RUNTIME_TRACE_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>

#include "gort/runtime/sched/trace.h"
#include "gort/runtime/trace/pages.h"
#include "gort/runtime/trace/recording.h"

namespace gort::trace::internal {

struct Event {
  std::int64_t ns;  // since time 0; negative: before it
  runtime::traceEv type;
  std::uint8_t reason;
  std::int32_t p;  // -1: none
  std::uint64_t goid;
  std::uint64_t second;
  std::uint32_t third;
  const runtime::traceSlot* more;  // the slots behind the event
  std::size_t more_slots;
};

class Snapshot {
 public:
  // Copies the rings. False: no memory.
  bool Take(const Recording& recording);

  // The next event; false: there is none.
  bool Next(Event* event);

  // How long it is from time 0 to the end. No event is later.
  std::int64_t duration_ns() const { return ToNs(end_ticks_); }
  // Slots that were overwritten or refused.
  std::uint64_t dropped() const { return dropped_; }
  // At least the number of different goroutines and threads in the events.
  std::size_t slots() const { return slots_; }

 private:
  // The part of one ring that is still to come: [at, end).
  struct Run {
    const runtime::traceSlot* at;
    const runtime::traceSlot* end;
  };

  // Copies `ring` to `to`, and makes `run` of it. Returns the number of slots.
  std::size_t Copy(const runtime::traceRing& ring, bool overwrites, runtime::traceSlot* to, Run* run);
  void SetScale(Moment begin, Moment end);
  std::int64_t ToNs(std::uint64_t ticks) const;
  // Restores the heap below i.
  void SiftDown(std::size_t i);

  Pages<runtime::traceSlot> copy_;
  Pages<Run> runs_;  // a heap: the earliest first
  std::size_t run_count_ = 0;
  std::size_t slots_ = 0;
  std::uint64_t begin_ticks_ = 0;
  std::uint64_t end_ticks_ = 0;
  std::uint64_t ns_per_tick_ = 0;  // times 2^32
  std::uint64_t dropped_ = 0;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_SNAPSHOT_H_
