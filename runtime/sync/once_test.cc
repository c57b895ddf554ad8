// Once, OnceFunc, OnceValue: statement E36, and what C++ adds.

#include "gort/runtime/sync/once.h"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sync/test_util.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;

TEST(Once, E36_CallsExactlyOnce) {
  constinit static Once once;
  int calls = 0;  // not atomic: Do orders, for thread sanitizer
  RunEverywhere(8, 2, 0, [&](std::mt19937_64&) {
    once.Do([&] { ++calls; });
    EXPECT_EQ(calls, 1);
  });
}

TEST(Once, E36_OthersWaitUntilItHasFinished) {
  Once once;
  std::atomic<bool> entered{false}, leave{false}, finished{false};
  Actor first([&] {
    once.Do([&] {
      entered.store(true);
      YieldUntil([&] { return leave.load(); });
      finished.store(true);
    });
  });
  YieldUntil([&] { return entered.load(); });
  Actor second([&] {
    once.Do([] { ADD_FAILURE(); });
    EXPECT_TRUE(finished.load());
  });
  second.AwaitParked(WaitReason::kSyncMutexLock);
  leave.store(true);
}

TEST(Once, E36_ExceptionCountsAsDone) {
  Once once;
  EXPECT_THROW(once.Do([] { throw std::runtime_error("no"); }), std::runtime_error);
  once.Do([] { ADD_FAILURE(); });
}

TEST(Once, E36_GoexitCountsAsDone) {
  Once once;
  const int before = NumGoroutine();
  Go([&] { once.Do([] { Goexit(); }); });
  YieldUntil([&] { return NumGoroutine() == before; });
  once.Do([] { ADD_FAILURE(); });
}

// E36, recursion waits for ever: crash_test.sh, once_recursive.

TEST(OnceFunc, E36_CallsExactlyOnceAlsoThroughCopies) {
  int calls = 0;
  auto f = OnceFunc([&] { ++calls; });
  auto copy = f;
  f();
  copy();
  f();
  EXPECT_EQ(calls, 1);
}

TEST(OnceFunc, E36_ThrowsTheSameExceptionEachTime) {
  auto f = OnceFunc([] { throw std::make_shared<int>(1); });
  std::shared_ptr<int> thrown[3];
  for (auto& one : thrown) {
    try {
      f();
    } catch (const std::shared_ptr<int>& value) {
      one = value;
    }
  }
  ASSERT_NE(thrown[0], nullptr);
  EXPECT_EQ(thrown[1], thrown[0]);
  EXPECT_EQ(thrown[2], thrown[0]);
}

TEST(OnceFunc, SaysThatItsFunctionCalledGoexit) {
  auto f = OnceFunc([] { Goexit(); });
  const int before = NumGoroutine();
  Go(f);
  YieldUntil([&] { return NumGoroutine() == before; });
  EXPECT_THROW(f(), PanicError);
}

TEST(OnceFunc, DestroysWhatItCapturedWhenItHasRun) {
  auto captured = std::make_shared<int>(1);
  auto f = OnceFunc([captured] {});
  EXPECT_EQ(captured.use_count(), 2);
  f();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(OnceValue, E36_ComputesOnceAndReturnsTheValueToAll) {
  std::atomic<int> calls{0};
  auto value = OnceValue([&] {
    calls.fetch_add(1);
    return std::make_unique<int>(42);  // need not be copyable
  });
  RunEverywhere(5, 2, 0, [&](std::mt19937_64&) { EXPECT_EQ(*value(), 42); });
  EXPECT_EQ(calls.load(), 1);
}

TEST(OnceValue, E36_ThrowsTheSameExceptionEachTime) {
  auto value = OnceValue([]() -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(value(), std::runtime_error);
  EXPECT_THROW(value(), std::runtime_error);
}

}  // namespace
}  // namespace gort
