// One recording: its rings, and when it began. There is at most one that records.
#ifndef GORT_RUNTIME_TRACE_RECORDING_H_
#define GORT_RUNTIME_TRACE_RECORDING_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/runtime/sched/trace.h"
#include "gort/runtime/trace/pages.h"

namespace gort::trace::internal {

// A moment on both clocks.
struct Moment {
  std::uint64_t ticks;
  std::int64_t ns;
};

// Room for some of the longest events; and no more than a Pages of all Ps can address.
inline constexpr std::size_t kLeastRingBytes = 16 * runtime::kTraceMostSlots * sizeof(runtime::traceSlot);
inline constexpr std::size_t kMostRingBytes = std::size_t{8} << 30;
static_assert(kLeastRingBytes == 32 << 10, "trace.h says so");

class Recording {
 public:
  struct Options {
    std::size_t ring_bytes;  // of each P, up to kMostRingBytes; rounded up to a power of two, and to kLeastRingBytes
    bool keep_first;         // full rings refuse events, instead of overwriting the oldest
    std::int64_t keep_ns;    // a snapshot shows no more than this last time; 0: all there is
  };

  // False: no memory for the rings.
  bool Make(const Options& options);

  // Begins and ends to record. End waits until nobody writes.
  // Runs on: Begin any; End: G | a plain thread.  Blocks: M, in End.
  void Begin();
  void End();

  // The present, or when it ended.
  Moment Last() const;

  const runtime::traceBuffers& buffers() const { return buffers_; }
  Moment begin() const { return begin_; }
  std::int64_t keep_ns() const { return keep_ns_; }
  std::size_t slots_per_ring() const { return static_cast<std::size_t>(buffers_.shared.mask) + 1; }

 private:
  Moment Now() const;

  runtime::traceBuffers buffers_{};
  Pages<runtime::traceRing> rings_;
  Pages<std::atomic<std::uint64_t>> words_;
  Moment begin_{};
  Moment end_{};
  bool ended_ = false;
  std::int64_t keep_ns_ = 0;
};

}  // namespace gort::trace::internal

#endif  // GORT_RUNTIME_TRACE_RECORDING_H_
