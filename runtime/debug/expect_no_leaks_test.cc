#include "gort/runtime/debug/expect_no_leaks.h"

#include "gort/gort.h"
#include "gort/runtime/debug/leaks.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

bool LeaksAreFound() { return debug::LeakedGoroutines().ok(); }

using Clean = NoLeaksTest;

TEST_F(Clean, GoroutinesThatEndAreNoLeak) {
  WaitGroup done;
  for (int i = 0; i < 100; ++i) done.Go([] { Gosched(); });
  done.Wait();
}

TEST(ExpectNoLeaks, FailsWithTheTrace) {
  if (!LeaksAreFound()) GTEST_SKIP() << "skipped: leaks cannot be found in this build";
  EXPECT_NONFATAL_FAILURE_ON_ALL_THREADS(
      {
        ExpectNoLeaks no_leaks;
        const std::vector<std::uint64_t> known = debug::LeakedGoroutines().value();
        Go([] { Select(); });
        while (debug::LeakedGoroutines().value() == known) Gosched();
      },
      "select (no cases) (leaked)");
}

TEST(ExpectNoLeaks, AnEnvironmentLooksAtTheEndOfAllTests) {
  if (!LeaksAreFound()) GTEST_SKIP() << "skipped: leaks cannot be found in this build";
  EXPECT_NONFATAL_FAILURE_ON_ALL_THREADS(
      {
        NoLeaksEnvironment environment;
        environment.SetUp();
        const std::vector<std::uint64_t> known = debug::LeakedGoroutines().value();
        Go([] { Chan<int>().Recv(); });
        while (debug::LeakedGoroutines().value() == known) Gosched();
        environment.TearDown();
      },
      "chan receive (nil chan) (leaked)");
}

TEST(ExpectNoLeaks, DoesNotBlameATestForAnOlderLeak) {
  Go([] { Select(); });
  ExpectNoLeaks no_leaks;
}

TEST(ExpectNoLeaks, StillThereIsAFailureOnlyWhenAsked) {
  Chan<int> ch = MakeChan<int>();
  { ExpectNoLeaks no_leaks; Go([ch] { ch.Recv(); }); }
  ch.Send(1);
  EXPECT_NONFATAL_FAILURE_ON_ALL_THREADS(
      {
        ExpectNoLeaks no_leaks(ExpectNoLeaks::kStillThere);
        Go([ch] { ch.Recv(); });
      },
      "still there");
  ch.Send(1);
}

}  // namespace
}  // namespace gort
