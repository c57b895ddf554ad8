#include "gort/stack/geometry.h"

#include <cstddef>
#include <set>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

constexpr size_t kPageSizes[] = {4096, 16384, 65536};

TEST(Geometry, EveryClassHasRoomGuardAndOddStride) {
  for (size_t page : kPageSizes) {
    for (int c = 0; c < kNumStackClasses; ++c) {
      const StackGeometry g = GeometryOfClass(c, page);
      EXPECT_GE(g.usable_bytes, kStackClassBytes[c]);
      EXPECT_GE(g.guard_bytes, size_t{16} << 10);
      EXPECT_EQ(g.usable_bytes % page, 0u);
      EXPECT_EQ(g.guard_bytes % page, 0u);
      EXPECT_EQ(g.stride_bytes() / page % 2, 1u);
      EXPECT_TRUE(g.stride_bytes() % 65536 != 0 || page == 65536);
    }
  }
}

TEST(Geometry, ClassIsTheSmallestThatFits) {
  EXPECT_EQ(StackClassFor(1), 0);
  for (int c = 0; c < kNumStackClasses; ++c) {
    EXPECT_EQ(StackClassFor(kStackClassBytes[c]), c);
    EXPECT_EQ(StackClassFor(kStackClassBytes[c] + 1), c + 1);
  }
  EXPECT_EQ(StackClassFor(SIZE_MAX), kLargeStackClass);
}

// The budget that makes a parked goroutine cost less than 4700 B at the default size and less than 4300 B at 64 KiB:
// its page, and its share of a page table, which is a 512th of the stride.
TEST(Geometry, PageTableShareIsWithinBudget) {
  EXPECT_LE(4096 + GeometryOfClass(StackClassFor(kDefaultStackBytes), 4096).stride_bytes() / 512, 4690u);
  EXPECT_LE(4096 + GeometryOfClass(StackClassFor(64 << 10), 4096).stride_bytes() / 512, 4290u);
}

TEST(Geometry, ColourHeaderAndBoundsShareTheTopPage) {
  std::set<uintptr_t> offsets;
  for (uint32_t index = 0; index < 100; ++index) {
    const uintptr_t lo = 0x7000'0000'0000;
    const stack s = StackBounds(lo, 256 << 10, index);
    EXPECT_EQ(s.lo, lo);
    EXPECT_EQ(s.hi % 64, 0u);
    EXPECT_GE(s.hi, lo + (256 << 10) - 1024);  // stackalloc's promise: at most 1 KiB for colour and header
    EXPECT_LE(s.hi, lo + (256 << 10) - sizeof(StackSlot));
    EXPECT_EQ(StackTop(s.hi), lo + (256 << 10));
    offsets.insert(s.hi % 4096);
  }
  EXPECT_EQ(offsets.size(), size_t{kStackColours});
}

}  // namespace
}  // namespace gort::runtime
