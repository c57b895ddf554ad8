#include "gort/runtime/sched/timehistogram.h"

namespace gort::runtime {

namespace {

// Where the cuts lie in a duration of `bits` bits: below the highest one.
constexpr int SubBucketShift(int bits) { return bits - 1 - TimeHistogram::kSubBucketBits; }

}  // namespace

void TimeHistogram::Record(std::int64_t duration_ns) {
  int at = 0;
  if (duration_ns >= 0) {
    const auto duration = static_cast<std::uint64_t>(duration_ns);
    int bits = duration == 0 ? 0 : 64 - __builtin_clzll(duration);
    const int power = bits < kMinBucketBits ? 0 : bits - kMinBucketBits + 1;
    if (bits < kMinBucketBits) bits = kMinBucketBits;
    const int sub = static_cast<int>((duration >> SubBucketShift(bits)) % kSubBuckets);
    at = bits < kMaxBucketBits ? 1 + power * kSubBuckets + sub : kBuckets - 1;
  }
  counts_[at].fetch_add(1, std::memory_order_relaxed);
}

std::int64_t TimeHistogram::LowerBound(int i) {
  const int power = (i - 1) / kSubBuckets;
  const std::int64_t sub = (i - 1) % kSubBuckets;
  if (power == 0) return sub << SubBucketShift(kMinBucketBits);
  const int bits = power + kMinBucketBits - 1;
  return (kSubBuckets + sub) << SubBucketShift(bits);
}

}  // namespace gort::runtime
