// What a program can see of the order in which goroutines run after a channel operation. With one P (GORT_MAXPROCS=1).
#include <vector>

#include "gort/runtime/channel/chan_testing.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

TEST(ChannelOrder, E11_CloseReadiesTheLastWaiterFirst) {
  const auto ch = MakeChan<int>();
  std::vector<int> ran;
  for (int i = 0; i < 6; ++i) {
    Go([=, &ran] {
      ch.Recv();
      ran.push_back(i);
    });
    testing::Await([&] { return testing::Receivers(ch) == i + 1; });
  }
  ch.Close();
  testing::Await([&] { return ran.size() == 6; });
  EXPECT_EQ(ran, (std::vector<int>{0, 5, 4, 3, 2, 1}));
}

TEST(ChannelOrder, AReceiverRunsNextWhenItsSenderWaits) {
  const auto ch = MakeChan<int>();
  std::vector<int> ran;
  Go([&] {
    ch.Recv();
    ran.push_back(1);
  });
  testing::Await([&] { return testing::Receivers(ch) == 1; });
  Go([&] { ran.push_back(2); });
  ch.Send(1);  // takes runnext from the new goroutine
  testing::Await([&] { return ran.size() == 2; });
  EXPECT_EQ(ran, (std::vector<int>{1, 2}));
}

}  // namespace
}  // namespace gort
