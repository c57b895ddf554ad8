#include "gort/stack/advice.h"

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

constexpr size_t kPage = 65536;  // a multiple of every page size

class Pages {
 public:
  explicit Pages(size_t count)
      : count_(count), base_(mmap(nullptr, count * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    for (size_t i = 0; i < count; ++i) *at(i) = 1;
  }
  ~Pages() { munmap(base_, count_ * kPage); }
  char* at(size_t i) const { return static_cast<char*>(base_) + i * kPage; }
  uintptr_t address(size_t i) const { return reinterpret_cast<uintptr_t>(at(i)); }

 private:
  size_t count_;
  void* base_;
};

TEST(BulkAdvice, ReachesExactlyTheRangesAdded) {
  // More than one buffer of ranges, and a single one, which goes another way.
  for (size_t count : {size_t{1}, size_t{2}, size_t{4}, size_t{5}, size_t{64}, size_t{65}, size_t{200}}) {
    Pages pages(2 * count);
    BulkAdvice drop(sys::kMADV_DONTNEED);
    for (size_t i = 0; i < count; ++i) drop.Add(pages.address(2 * i), kPage);
    EXPECT_EQ(drop.Finish(), count);
    for (size_t i = 0; i < 2 * count; ++i) EXPECT_EQ(*pages.at(i), i % 2) << i << " of " << count;
  }
}

TEST(BulkAdvice, SkipsEmptyRanges) {
  BulkAdvice drop(sys::kMADV_DONTNEED);
  drop.Add(0, 0);
  EXPECT_EQ(drop.Finish(), 0u);
}

TEST(BulkAdvice, CountsTheRangesBeforeTheFirstRefusal) {
  constexpr size_t kBad = 5;
  Pages pages(10);
  munmap(pages.at(kBad), kPage);
  if (madvise(pages.at(kBad), kPage, MADV_DONTNEED) == 0) GTEST_SKIP() << "an emulator that refuses no advice";
  BulkAdvice drop(sys::kMADV_DONTNEED);
  for (size_t i = 0; i < 10; ++i) drop.Add(pages.address(i), kPage);
  EXPECT_EQ(drop.Finish(), kBad);
}

}  // namespace
}  // namespace gort::runtime
