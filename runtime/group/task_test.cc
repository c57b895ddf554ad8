// Task and Spawn. On goroutine 1.

#include "gort/runtime/group/task.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>

#include "gtest/gtest.h"

namespace gort {
namespace {

TEST(Task, JoinReturnsTheResult) {
  Task<int> task = Spawn([] { return 42; });
  EXPECT_TRUE(task);
  EXPECT_EQ(task.Join(), 42);
  EXPECT_FALSE(task);
}

TEST(Task, JoinWaitsForIt) {
  std::atomic<bool> go = false;
  Task<std::string> task = Spawn([&] {
    while (!go) Gosched();
    return std::string("done");
  });
  Go([&] { go = true; });
  EXPECT_EQ(task.Join(), "done");
}

TEST(Task, ResultMayBeVoidOrMoveOnlyOrWithoutDefault) {
  bool ran = false;
  Task<void> nothing = Spawn([&] { ran = true; });
  nothing.Join();
  EXPECT_TRUE(ran);
  EXPECT_EQ(*Spawn([] { return std::make_unique<int>(7); }).Join(), 7);
  struct NoDefault {
    explicit NoDefault(int v) : value(v) {}
    int value;
  };
  EXPECT_EQ(Spawn([] { return NoDefault(8); }).Join().value, 8);
}

TEST(Task, FunctionMayBeMoveOnlyOrMutable) {
  EXPECT_EQ(Spawn([p = std::make_unique<int>(7)]() mutable { return ++*p; }).Join(), 8);
}

TEST(Task, ResultTypeMayBeNamed) {
  auto task = Spawn<double>([] { return 1; });
  static_assert(std::is_same_v<decltype(task), Task<double>>);
  EXPECT_EQ(task.Join(), 1.0);
}

TEST(Task, TakesOptions) {
  const std::size_t size = Spawn({.name = "sized", .stack_size = std::size_t{1} << 20}, [] {
                             const StackBounds bounds = CurrentStack();
                             return bounds.hi - bounds.lo;
                           }).Join();
  EXPECT_GE(size, std::size_t{1} << 19);
}

TEST(Task, JoinRethrows) {
  Task<int> task = Spawn([]() -> int { throw std::out_of_range("too far"); });
  EXPECT_THROW(task.Join(), std::out_of_range);
  EXPECT_FALSE(task);
}

TEST(Task, JoinAfterGoexitPanics) {
  Task<int> task = Spawn([]() -> int { Goexit(); });
  EXPECT_THROW(task.Join(), PanicError);
}

TEST(Task, SecondJoinPanics) {
  Task<int> task = Spawn([] { return 1; });
  task.Join();
  EXPECT_THROW(task.Join(), PanicError);
  EXPECT_THROW(Task<void>().Join(), PanicError);
}

TEST(Task, DestructorWaits) {
  bool ended = false;
  {
    auto task = Spawn([&] {
      for (int i = 0; i < 10; ++i) Gosched();
      ended = true;
      throw std::runtime_error("nobody hears it");
    });
  }
  EXPECT_TRUE(ended);
}

TEST(Task, AssignmentWaitsForTheOldOne) {
  bool ended = false;
  auto function = [&]() -> void {
    for (int i = 0; i < 10; ++i) Gosched();
    ended = true;
  };
  Task<void> task = Spawn(function);
  task = Task<void>();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(task);
}

TEST(Task, MovesToAnotherGoroutine) {
  Task<int> task = Spawn([] { return 5; });
  Task<int> outer = Spawn([task = std::move(task)]() mutable { return task.Join() + 1; });
  EXPECT_EQ(outer.Join(), 6);
}

TEST(Task, CapturesAreGoneWhenJoinReturns) {
  auto captured = std::make_shared<int>(1);
  Spawn([captured] { Gosched(); }).Join();
  EXPECT_EQ(captured.use_count(), 1);
}

TEST(Task, WorksFromPlainThreads) {
  std::thread([] {
    EXPECT_EQ(Spawn([] {
                Gosched();
                return 3;
              }).Join(),
              3);
  }).join();
}

}  // namespace
}  // namespace gort
