// Heaps with other configurations than the process's own: old kernels, small budgets, big pages. And the life of a
// slot.
#include "gort/stack/heap.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizerNeedsAddressSpace = true;
#elif defined(__has_feature)
constexpr bool kSanitizerNeedsAddressSpace = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitizerNeedsAddressSpace = false;
#endif

// A heap that was not initialised. They give no address space back and have no destructor, so they stay.
StackHeap* RawHeap() {
  static StackHeap heaps[32];
  static size_t used = 0;
  EXPECT_LT(used, std::size(heaps));
  return &heaps[used++];
}

StackHeap* NewHeap(const StackConfig& config) {
  StackHeap* heap = RawHeap();
  EXPECT_EQ(heap->Init(config), StackError::kNone);
  return heap;
}

StackConfig MprotectConfig() {
  StackConfig config;
  config.force_mprotect = true;
  return config;
}

// Whether an access to `addr` faults, without one: the kernel is asked to read there.
bool Faults(uintptr_t addr) {
  int fds[2];
  if (pipe(fds) != 0) return false;
  const bool faults = write(fds[1], reinterpret_cast<void*>(addr), 1) == -1;
  close(fds[0]);
  close(fds[1]);
  return faults;
}

class EveryGuardKind : public ::testing::TestWithParam<bool> {
 protected:
  EveryGuardKind() : heap_(NewHeap(GetParam() ? MprotectConfig() : StackConfig{})) {}
  stack Alloc(size_t size_bytes) {
    StackError error = StackError::kNone;
    const stack s = heap_->Alloc(nullptr, size_bytes, &error);
    EXPECT_EQ(error, StackError::kNone);
    return s;
  }
  StackHeap* heap_;
};
INSTANTIATE_TEST_SUITE_P(Guards, EveryGuardKind, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "Mprotect" : "Best"; });

TEST_P(EveryGuardKind, StackIsUsableFromEndToEndAndGuardFaults) {
  for (size_t size :
       {size_t{1}, size_t{16} << 10, size_t{64} << 10, kDefaultStackBytes, size_t{1} << 20, size_t{8} << 20}) {
    const stack s = Alloc(size);
    EXPECT_EQ(s.hi % 64, 0u);
    EXPECT_GE(s.hi - s.lo + 1024, size);
    std::memset(reinterpret_cast<void*>(s.lo), 0x5a, s.hi - s.lo);
    const StackLocation at = heap_->Locate(s.lo);
    EXPECT_GE(s.lo - at.guard_lo, size_t{16} << 10);
    EXPECT_TRUE(Faults(s.lo - 1));
    EXPECT_TRUE(Faults(s.lo - 4096));
    EXPECT_TRUE(Faults(at.guard_lo));
    EXPECT_FALSE(Faults(s.lo));
    heap_->Free(nullptr, s);
  }
}

TEST_P(EveryGuardKind, GuardSurvivesScavengingAndTopPageKeepsItsContents) {
  const stack s = Alloc(0);
  std::memset(reinterpret_cast<void*>(s.lo), 1, s.hi - s.lo);
  auto* dead_g = reinterpret_cast<uint64_t*>(s.hi - 512);
  *dead_g = 4711;
  heap_->Free(nullptr, s);
  EXPECT_EQ(*dead_g, 4711u);
  EXPECT_EQ(heap_->HighWater(s), s.hi - s.lo);
  EXPECT_GT(heap_->Scavenge(SIZE_MAX), 0u);
  EXPECT_EQ(*dead_g, 4711u);
  EXPECT_LE(heap_->HighWater(s), 4096u);
  EXPECT_TRUE(Faults(s.lo - 1));
  EXPECT_EQ(heap_->Scavenge(SIZE_MAX), 0u);  // nothing warm is left
  const stack again = Alloc(0);
  EXPECT_EQ(again.lo, s.lo);
  std::memset(reinterpret_cast<void*>(again.lo), 2, again.hi - again.lo);
}

TEST_P(EveryGuardKind, HighWaterIsTheDeepestPageTouched) {
  for (size_t size : {kDefaultStackBytes, size_t{64} << 20}) {
    const stack s = Alloc(size);
    EXPECT_LE(heap_->HighWater(s), 4096u);
    for (size_t depth : {size_t{5000}, size_t{100'000}}) {
      *reinterpret_cast<char*>(s.hi - depth) = 1;
      EXPECT_GE(heap_->HighWater(s), depth);
      EXPECT_LT(heap_->HighWater(s), depth + 4096);
    }
  }
}

TEST_P(EveryGuardKind, LocatesEveryByteOfASlotAndNothingElse) {
  const stack a = Alloc(0), b = Alloc(0), large = Alloc(2 << 20);
  for (const stack& s : {a, b, large}) {
    const StackLocation in = heap_->Locate(s.hi - 1);
    EXPECT_TRUE(in.found);
    EXPECT_FALSE(in.in_guard);
    EXPECT_EQ(in.lo, s.lo);
    EXPECT_EQ(in.hi, s.hi);
    EXPECT_EQ(in.large, s.lo == large.lo);
    const StackLocation guard = heap_->Locate(s.lo - 1);
    EXPECT_TRUE(guard.in_guard);
    EXPECT_EQ(guard.lo, s.lo);
    EXPECT_EQ(heap_->Locate(in.guard_lo).lo, s.lo);
    EXPECT_NE(heap_->Locate(in.guard_lo - 1).lo, s.lo);
  }
  EXPECT_FALSE(heap_->Locate(0).found);
  EXPECT_FALSE(heap_->Locate(UINTPTR_MAX).found);
  int local;
  EXPECT_FALSE(heap_->Locate(reinterpret_cast<uintptr_t>(&local)).found);
  heap_->Free(nullptr, large);
  EXPECT_FALSE(heap_->Locate(large.lo).found);
  EXPECT_TRUE(Faults(large.lo));
}

TEST(StackHeap, LastFreedIsReusedFirstWithoutASystemCallForMemory) {
  StackHeap* heap = NewHeap({});
  StackCache cache{};
  const stack a = heap->Alloc(&cache, 0, nullptr), b = heap->Alloc(&cache, 0, nullptr);
  heap->Free(&cache, a);
  heap->Free(&cache, b);
  EXPECT_EQ(heap->Alloc(&cache, 0, nullptr).lo, b.lo);
  EXPECT_EQ(heap->Alloc(&cache, 0, nullptr).lo, a.lo);
}

TEST(StackHeap, CacheIsBoundedAndNothingIsLost) {
  StackHeap* heap = NewHeap({});
  for (size_t size : {kDefaultStackBytes, size_t{1} << 20}) {
    const int c = StackClassFor(size);
    constexpr size_t kStacks = 300;
    StackCache cache{};
    std::vector<stack> stacks;
    for (size_t i = 0; i < kStacks; ++i) stacks.push_back(heap->Alloc(&cache, size, nullptr));
    for (const stack& s : stacks) {
      heap->Free(&cache, s);
      ASSERT_LE(StackCacheSize(&cache), 2 * MagazineSlots(c));
    }
    EXPECT_EQ(heap->ReadStats().classes[c].free + StackCacheSize(&cache), kStacks);
    // Every slot comes back exactly once.
    std::vector<uintptr_t> before, after;
    for (const stack& s : stacks) before.push_back(s.lo);
    for (size_t i = 0; i < kStacks; ++i) after.push_back(heap->Alloc(&cache, size, nullptr).lo);
    std::sort(before.begin(), before.end());
    std::sort(after.begin(), after.end());
    EXPECT_EQ(before, after);
    EXPECT_EQ(heap->ReadStats().classes[c].touched, kStacks);
    EXPECT_EQ(StackCacheSize(&cache), 0u);
  }
}

TEST(StackHeap, FlushGivesAllToThePool) {
  StackHeap* heap = NewHeap({});
  StackCache cache{};
  std::vector<stack> stacks;
  for (int i = 0; i < 50; ++i) stacks.push_back(heap->Alloc(&cache, 0, nullptr));
  for (const stack& s : stacks) heap->Free(&cache, s);
  heap->Flush(&cache);
  EXPECT_EQ(StackCacheSize(&cache), 0u);
  EXPECT_EQ(heap->ReadStats().classes[StackClassFor(kDefaultStackBytes)].free, 50u);
}

TEST(StackHeap, ScavengesColdestFirstAndAboutAsMuchAsAsked) {
  StackHeap* heap = NewHeap({});
  std::vector<stack> stacks;
  for (int i = 0; i < 128; ++i) {
    stacks.push_back(heap->Alloc(nullptr, 0, nullptr));
    std::memset(reinterpret_cast<void*>(stacks.back().hi - 20000), 1, 20000);
  }
  for (const stack& s : stacks) heap->Free(nullptr, s);
  const size_t done = heap->Scavenge(1);  // one batch
  EXPECT_EQ(done, 32 * (kDefaultStackBytes - 4096));
  EXPECT_EQ(heap->ReadStats().classes[StackClassFor(kDefaultStackBytes)].trimmed, 32u);
  for (int i = 0; i < 128; ++i) {
    EXPECT_EQ(heap->HighWater(stacks[i]) <= 4096, i < 32) << i;
  }
}

TEST(StackHeap, MprotectGuardsEndAtTheirBudgetWithAReason) {
  StackConfig config = MprotectConfig();
  config.max_mappings = 202;  // two for the arena and a hundred slots
  StackHeap* heap = NewHeap(config);
  StackError error = StackError::kNone;
  std::vector<stack> stacks;
  for (stack s; (s = heap->Alloc(nullptr, 0, &error)).hi != 0;) stacks.push_back(s);
  EXPECT_EQ(stacks.size(), 100u);
  EXPECT_EQ(error, StackError::kGuardBudget);
  EXPECT_EQ(heap->Alloc(nullptr, 2 << 20, &error).hi, 0u);
  EXPECT_EQ(error, StackError::kGuardBudget);
  // Reuse is free.
  heap->Free(nullptr, stacks.back());
  EXPECT_EQ(heap->Alloc(nullptr, 0, nullptr).lo, stacks.back().lo);
  const StackStats stats = heap->ReadStats();
  EXPECT_EQ(stats.guard_kind, StackGuardKind::kMprotect);
  EXPECT_EQ(stats.guards_mprotect, 100u);
  EXPECT_EQ(stats.guards_installed, 0u);
}

TEST(StackHeap, SaysWhyThereIsNoStack) {
  StackHeap* heap = RawHeap();
  StackError error = StackError::kNone;
  EXPECT_EQ(heap->Alloc(nullptr, 0, &error).hi, 0u);
  EXPECT_EQ(error, StackError::kNotInitialised);
  StackConfig config;
  config.page_size_bytes = 12345;
  EXPECT_EQ(heap->Init(config), StackError::kBadConfig);
  EXPECT_EQ(heap->Init({}), StackError::kNone);
  EXPECT_EQ(heap->Alloc(nullptr, kMaxStackBytes + 1, &error).hi, 0u);
  EXPECT_EQ(error, StackError::kTooLarge);
  for (int i = 0; i < kMaxLargeStacks; ++i) ASSERT_NE(heap->Alloc(nullptr, 2 << 20, &error).hi, 0u) << i;
  EXPECT_EQ(heap->Alloc(nullptr, 2 << 20, &error).hi, 0u);
  EXPECT_EQ(error, StackError::kTooManyLarge);
}

constexpr int kNoLimits = 77;  // exit status: an emulator that knows no RLIMIT_AS

// Allocates until there is no more under a limit of 300 MiB of address space. Exits with 0 if it went as it should.
[[noreturn]] void ExhaustLimitedAddressSpace() {
  const rlimit limit{size_t{300} << 20, size_t{300} << 20};
  setrlimit(RLIMIT_AS, &limit);
  if (mmap(nullptr, limit.rlim_cur, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED) _exit(kNoLimits);
  StackHeap* heap = NewHeap({});
  StackError error = StackError::kNone;
  int stacks = 0;
  while (heap->Alloc(nullptr, 0, &error).hi != 0) ++stacks;
  _exit(stacks > 100 && error == StackError::kNoAddressSpace ? 0 : 1);
}

bool ExitedWell(int status) {
  return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == kNoLimits);
}

TEST(StackHeapDeathTest, LimitedAddressSpaceGivesSmallerArenasThenAReason) {
  if (kSanitizerNeedsAddressSpace) GTEST_SKIP() << "a sanitizer has reserved terabytes already";
  EXPECT_EXIT(ExhaustLimitedAddressSpace(), ExitedWell, "");
}

TEST(StackHeapDeathTest, DoubleFreeStopsTheProgram) {
  StackHeap* heap = NewHeap({});
  const stack s = heap->Alloc(nullptr, 0, nullptr);
  heap->Free(nullptr, s);
  EXPECT_EXIT(heap->Free(nullptr, s), ::testing::ExitedWithCode(2), "fatal error: stackfree: not a live stack");
  const stack other = heap->Alloc(nullptr, 0, nullptr);
  EXPECT_EXIT(heap->Free(nullptr, {other.lo, other.hi - 64}), ::testing::ExitedWithCode(2), "not a live stack");
}

// On a machine with 4 KiB pages a configuration with bigger ones is still correct: everything is aligned to more than
// it needs.
TEST(StackHeap, WorksWithBiggerPages) {
  for (size_t page : {size_t{16384}, size_t{65536}}) {
    StackConfig config;
    config.page_size_bytes = page;
    StackHeap* heap = NewHeap(config);
    for (size_t size : {size_t{16} << 10, kDefaultStackBytes, size_t{3} << 20}) {
      const stack s = heap->Alloc(nullptr, size, nullptr);
      ASSERT_NE(s.hi, 0u);
      std::memset(reinterpret_cast<void*>(s.lo), 1, s.hi - s.lo);
      EXPECT_TRUE(Faults(s.lo - 1));
      EXPECT_EQ(heap->Locate(s.lo).hi, s.hi);
      heap->Free(nullptr, s);
    }
    heap->Scavenge(SIZE_MAX);
  }
}

}  // namespace
}  // namespace gort::runtime
