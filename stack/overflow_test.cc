#include "gort/stack/overflow.h"

#include <cstdint>
#include <set>
#include <string>

#include "gort/runtime/sys/linux.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

class OverflowTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(stackinit({}), StackError::kNone);
    mine_ = stackalloc(0);
    other_ = stackalloc(0);
    guard_lo_ = StackOf(mine_.lo).guard_lo;
  }
  void TearDown() override {
    stackfree(mine_);
    stackfree(other_);
  }
  FaultKind Classify(uintptr_t addr, uintptr_t sp, int si_code = sys::kSEGV_ACCERR) {
    return ClassifyFaultAt(addr, sp, si_code, mine_, &fault_);
  }
  stack mine_, other_;
  uintptr_t guard_lo_;
  Fault fault_;
};

TEST_F(OverflowTest, PushOrCallAtTheEndIsOverflow) {
  EXPECT_EQ(Classify(mine_.lo - 8, mine_.lo), FaultKind::kOverflow);
}

TEST_F(OverflowTest, RedZoneOfALeafIsOverflow) {
  EXPECT_EQ(Classify(mine_.lo - 100, mine_.lo + 16), FaultKind::kOverflow);
}

TEST_F(OverflowTest, ProbeOfAClashProtectedFrameIsOverflow) {
  EXPECT_EQ(Classify(mine_.lo - 4000, mine_.lo - 4000), FaultKind::kOverflow);
  EXPECT_EQ(Classify(guard_lo_, guard_lo_), FaultKind::kOverflow);
}

TEST_F(OverflowTest, FrameThatReachesBeyondTheGuardIsOverflow) {
  EXPECT_EQ(Classify(mine_.lo - 64, guard_lo_ - 200'000), FaultKind::kOverflow);
}

TEST_F(OverflowTest, AccessToTheOwnGuardFromFarAboveIsAWildOne) {
  EXPECT_EQ(Classify(mine_.lo - 64, mine_.hi - 4096), FaultKind::kOwnGuard);
}

TEST_F(OverflowTest, AccessToAnotherGuardNamesItsSlot) {
  EXPECT_EQ(Classify(other_.lo - 64, mine_.hi - 4096), FaultKind::kForeignGuard);
  EXPECT_EQ(fault_.at.lo, other_.lo);
  EXPECT_EQ(fault_.at.hi, other_.hi);
  EXPECT_EQ(fault_.own.lo, mine_.lo);
  // Even with sp at the end of the own stack.
  EXPECT_EQ(Classify(other_.lo - 64, mine_.lo), FaultKind::kForeignGuard);
}

TEST_F(OverflowTest, WithoutAGoroutineAGuardIsAForeignOne) {
  EXPECT_EQ(ClassifyFaultAt(mine_.lo - 8, mine_.lo, sys::kSEGV_ACCERR, {0, 0}, &fault_), FaultKind::kForeignGuard);
}

TEST_F(OverflowTest, SmallAddressIsNil) {
  EXPECT_EQ(Classify(0, mine_.hi - 100, sys::kSEGV_MAPERR), FaultKind::kNilDereference);
  EXPECT_EQ(Classify(4095, mine_.hi - 100, sys::kSEGV_MAPERR), FaultKind::kNilDereference);
  EXPECT_EQ(Classify(4096, mine_.hi - 100, sys::kSEGV_MAPERR), FaultKind::kOther);
}

TEST_F(OverflowTest, NonCanonicalIsToldFromNil) {
  EXPECT_EQ(Classify(0, mine_.hi - 100, sys::kSI_KERNEL), FaultKind::kNonCanonical);
  EXPECT_EQ(Classify(0x0badc0de'00000000, mine_.hi - 100, sys::kSEGV_MAPERR), FaultKind::kNonCanonical);
  EXPECT_EQ(Classify(0xffffffff'ff600000, mine_.hi - 100, sys::kSEGV_MAPERR), FaultKind::kOther);
}

TEST_F(OverflowTest, OrdinaryMemoryIsOther) {
  EXPECT_EQ(Classify(other_.lo + 64, mine_.hi - 100), FaultKind::kOther);
  int local;
  EXPECT_EQ(Classify(reinterpret_cast<uintptr_t>(&local), mine_.hi - 100), FaultKind::kOther);
}

TEST_F(OverflowTest, EachKindHasItsOwnPhrase) {
  std::set<std::string> phrases;
  for (int i = 0; i <= static_cast<int>(FaultKind::kOther); ++i) {
    phrases.insert(FaultKindText(static_cast<FaultKind>(i)));
  }
  EXPECT_EQ(phrases.size(), static_cast<size_t>(FaultKind::kOther) + 1);
}

}  // namespace
}  // namespace gort::runtime
