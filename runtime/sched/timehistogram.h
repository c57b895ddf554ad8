// A histogram of durations in fixed memory, which any thread adds to without a lock.
//
// Each power of two of nanoseconds from 2^8 to 2^47 (39 hours) is cut into 4 equal parts, and so is what lies below 2^8: a bucket
// is 64 ns or at most a quarter of its own value wide.
//
//     index      0          1      2      3        4        5    ...    160         161
//     from    -infinity     0     64    128      192      256         1.75 * 2^46    2^47
//             (a clock that went backwards)                                        (up to infinity)
//
// Source: Go 1.27 runtime.timeHistogram, for the shape and its three constants.
#ifndef GORT_RUNTIME_SCHED_TIMEHISTOGRAM_H_
#define GORT_RUNTIME_SCHED_TIMEHISTOGRAM_H_

#include <atomic>
#include <cstdint>

namespace gort::runtime {

// All zero bytes is an empty one.
class TimeHistogram {
 public:
  static constexpr int kMinBucketBits = 9;   // durations of fewer bits share buckets 1 to 4
  static constexpr int kMaxBucketBits = 48;  // those of that many bits and more, the last bucket
  static constexpr int kSubBucketBits = 2;
  static constexpr int kSubBuckets = 1 << kSubBucketBits;
  static constexpr int kBuckets = 1 + (kMaxBucketBits - kMinBucketBits + 1) * kSubBuckets + 1;

  // Adds one duration.
  // Runs on: any.  Blocks: never; one locked operation.  Units: ns.
  void Record(std::int64_t duration_ns);

  // How many durations fell into bucket `i`, 0 <= i < kBuckets. Buckets that are read one after another are not of one moment.
  std::uint64_t Count(int i) const { return counts_[i].load(std::memory_order_relaxed); }

  // The smallest duration of bucket `i`, 1 <= i < kBuckets. Units: ns.
  static std::int64_t LowerBound(int i);

 private:
  std::atomic<std::uint64_t> counts_[kBuckets];
};

}  // namespace gort::runtime

#endif  // GORT_RUNTIME_SCHED_TIMEHISTOGRAM_H_
