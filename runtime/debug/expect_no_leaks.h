// Tests that leave no goroutine behind. For tests only: it needs GoogleTest.
//
//   using MyTest = gort::NoLeaksTest;                                a fixture
//   TEST_F(MyTest, Serves) { ... }
//
//   TEST(My, Serves) { gort::ExpectNoLeaks no_leaks; ... }           a scope
//
// At the end the test fails with the traces of the goroutines that have leaked in it: those that wait for ever, for what nobody
// can do any more. Whoever also wants to be told of goroutines that merely go on asks for kStillThere: then every goroutine that the
// test has started must have ended. One that is about to end is given the time: 100,000 looks, with other goroutines' turns between.
//
// With AddressSanitizer, ThreadSanitizer and under Valgrind leaks cannot be found, and nothing is expected of them.
#ifndef GORT_RUNTIME_DEBUG_EXPECT_NO_LEAKS_H_
#define GORT_RUNTIME_DEBUG_EXPECT_NO_LEAKS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "gtest/gtest.h"

namespace gort {

class ExpectNoLeaks {
 public:
  enum Scope {
    kLeaked,      // no goroutine may have leaked
    kStillThere,  // and all that were started must end
  };

  // Runs on: any thread.
  explicit ExpectNoLeaks(Scope scope = kLeaked);
  ExpectNoLeaks(const ExpectNoLeaks&) = delete;
  ExpectNoLeaks& operator=(const ExpectNoLeaks&) = delete;
  // Looks.  Blocks: as gort::debug::LeakedGoroutines; G, with kStillThere.
  ~ExpectNoLeaks();

 private:
  Scope scope_;
  std::vector<std::uint64_t> before_;  // goroutines that had leaked already; with kStillThere, that existed
};

// For all tests of a program: testing::AddGlobalTestEnvironment(new gort::NoLeaksEnvironment) makes the whole run fail if goroutines have
// leaked by its end.
class NoLeaksEnvironment : public testing::Environment {
 public:
  void SetUp() override { no_leaks_.emplace(); }
  void TearDown() override { no_leaks_.reset(); }

 private:
  std::optional<ExpectNoLeaks> no_leaks_;
};

class NoLeaksTest : public testing::Test {
 private:
  ExpectNoLeaks no_leaks_;
};

}  // namespace gort

#endif  // GORT_RUNTIME_DEBUG_EXPECT_NO_LEAKS_H_
