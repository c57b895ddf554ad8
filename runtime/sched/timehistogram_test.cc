#include "gort/runtime/sched/timehistogram.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

// The bucket that a single duration falls into.
int BucketOf(std::int64_t duration_ns) {
  TimeHistogram histogram{};
  histogram.Record(duration_ns);
  int at = -1;
  for (int i = 0; i < TimeHistogram::kBuckets; ++i) {
    if (histogram.Count(i) == 0) continue;
    EXPECT_EQ(histogram.Count(i), 1u);
    EXPECT_EQ(at, -1) << "counted twice";
    at = i;
  }
  return at;
}

TEST(TimeHistogram, ABucketBeginsAtItsBoundAndEndsBelowTheNext) {
  for (int i = 1; i < TimeHistogram::kBuckets; ++i) {
    const std::int64_t bound = TimeHistogram::LowerBound(i);
    EXPECT_EQ(BucketOf(bound), i) << bound;
    EXPECT_EQ(BucketOf(bound - 1), i - 1) << bound;
  }
}

TEST(TimeHistogram, BucketsAreGos) {
  EXPECT_EQ(TimeHistogram::kBuckets, 162);
  const std::vector<std::int64_t> first = {0, 64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024};
  for (std::size_t i = 0; i < first.size(); ++i)
    EXPECT_EQ(TimeHistogram::LowerBound(static_cast<int>(i) + 1), first[i]);
  EXPECT_EQ(TimeHistogram::LowerBound(161), std::int64_t{1} << 47);
}

TEST(TimeHistogram, WhatIsOutOfRangeIsCountedAtTheEnds) {
  EXPECT_EQ(BucketOf(-1), 0);
  EXPECT_EQ(BucketOf(INT64_MIN), 0);
  EXPECT_EQ(BucketOf(INT64_MAX), 161);
}

TEST(TimeHistogram, NoBucketAbove256NsIsWiderThanAQuarterOfItsValue) {
  for (int i = 5; i + 1 < TimeHistogram::kBuckets; ++i) {
    const std::int64_t lo = TimeHistogram::LowerBound(i);
    EXPECT_LE(4 * (TimeHistogram::LowerBound(i + 1) - lo), lo) << i;
  }
}

}  // namespace
}  // namespace gort::runtime
