// Channels: E1 to E17.

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gort/gort.h"
#include "gort/tests/conformance/testing.h"
#include "gtest/gtest.h"

namespace gort::conformance {
namespace {

// Counts how often it moved on its way. Move-only.
struct Parcel {
  explicit Parcel(int value) : value(value) {}
  Parcel(Parcel&& other) noexcept : value(other.value), moves(other.moves + 1) {}
  Parcel& operator=(Parcel&&) = delete;
  int value;
  int moves = 0;
};

TEST(E01_UnbufferedSend, CompletesOnlyWhenAReceiverHasTakenTheValue) {
  Chan<int> ch = MakeChan<int>();
  Routine sender([&] { ch.Send(1); });
  sender.AwaitParked(WaitReason::kChanSend);
  EXPECT_FALSE(sender.HasEnded());
  EXPECT_EQ(ch.Recv(), 1);
  sender.Join();
}

TEST(E01_UnbufferedSend, MovesTheValueStraightToTheReceiver) {
  Chan<Parcel> ch = MakeChan<Parcel>();
  Routine sender([&] { ch.Send(Parcel(1)); });
  sender.AwaitParked(WaitReason::kChanSend);
  std::optional<Parcel> from_sender = ch.Recv();
  EXPECT_EQ(from_sender->moves, 1);

  int moves = -1;
  Routine receiver([&] { moves = ch.Recv()->moves; });
  receiver.AwaitParked(WaitReason::kChanReceive);
  ch.Send(Parcel(2));
  receiver.Join();
  EXPECT_EQ(moves, 1);
}

TEST(E02_Buffered, TakesAsManyAsItsCapacityWithoutAReceiver) {
  Chan<int> ch = MakeChan<int>(3);
  for (int i = 0; i < 3; ++i) ch.Send(i);
  EXPECT_FALSE(ch.TrySend(3));
  Routine sender([&] { ch.Send(3); });
  sender.AwaitParked(WaitReason::kChanSend);
  EXPECT_EQ(ch.Recv(), 0);
  sender.Join();
  EXPECT_EQ(ch.Len(), 3);
}

TEST(E03_Fifo, ValuesComeOutAsTheyWentIn) {
  Chan<int> ch = MakeChan<int>(7);
  Routine sender([&] {
    for (int i = 0; i < 1000; ++i) ch.Send(i);
  });
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(ch.Recv(), i);
}

TEST(E03_Fifo, BlockedReceiversAreServedInTheirOrder) {
  Chan<int> ch = MakeChan<int>();
  std::array<int, 5> got{};
  std::vector<std::unique_ptr<Routine>> receivers;
  for (int i = 0; i < 5; ++i) {
    receivers.push_back(std::make_unique<Routine>([&, i] { got[i] = *ch.Recv(); }));
    receivers.back()->AwaitParked(WaitReason::kChanReceive);
  }
  for (int i = 0; i < 5; ++i) ch.Send(100 + i);
  receivers.clear();
  EXPECT_EQ(got, (std::array<int, 5>{100, 101, 102, 103, 104}));
}

TEST(E03_Fifo, BlockedSendersAreServedInTheirOrder) {
  for (const int cap : {0, 2}) {
    Chan<int> ch = MakeChan<int>(cap);
    for (int i = 0; i < cap; ++i) ch.Send(i);
    std::vector<std::unique_ptr<Routine>> senders;
    for (int i = cap; i < cap + 5; ++i) {
      senders.push_back(std::make_unique<Routine>([&ch, i] { ch.Send(i); }));
      senders.back()->AwaitParked(WaitReason::kChanSend);
    }
    for (int i = 0; i < cap + 5; ++i) EXPECT_EQ(ch.Recv(), i) << "capacity " << cap;
  }
}

TEST(E04_HandOff, ToAWaitingReceiverBypassesTheBuffer) {
  Chan<Parcel> ch = MakeChan<Parcel>(4);
  int moves = -1;
  Routine receiver([&] { moves = ch.Recv()->moves; });
  receiver.AwaitParked(WaitReason::kChanReceive);
  ch.Send(Parcel(1));
  EXPECT_EQ(ch.Len(), 0);
  receiver.Join();
  EXPECT_EQ(moves, 1);
}

TEST(E04_HandOff, FromAFullBufferTakesTheHeadAndLetsASenderFillTheTail) {
  Chan<int> ch = MakeChan<int>(2);
  ch.Send(0);
  ch.Send(1);
  Routine sender([&] { ch.Send(2); });
  sender.AwaitParked(WaitReason::kChanSend);
  EXPECT_EQ(ch.Recv(), 0);
  EXPECT_EQ(ch.Len(), 2) << "both in one step: nobody can see a free place";
  EXPECT_EQ(ch.Recv(), 1);
  EXPECT_EQ(ch.Recv(), 2);
}

TEST(E05_LenAndCap, CountWhatIsInTheBuffer) {
  Chan<int> ch = MakeChan<int>(2);
  EXPECT_EQ(ch.Len(), 0);
  ch.Send(1);
  EXPECT_EQ(ch.Len(), 1);
  EXPECT_EQ(ch.Cap(), 2);
  ch.Close();
  EXPECT_EQ(ch.Len(), 1);
  EXPECT_EQ(ch.Cap(), 2);
}

TEST(E05_LenAndCap, DoNotCountSendersThatWait) {
  Chan<int> ch = MakeChan<int>();
  Routine sender([&] { ch.Send(1); });
  sender.AwaitParked(WaitReason::kChanSend);
  EXPECT_EQ(ch.Len(), 0);
  ch.Recv();
}

TEST(E05_LenAndCap, AreZeroForNil) {
  EXPECT_EQ(Chan<int>().Len(), 0);
  EXPECT_EQ(Chan<int>().Cap(), 0);
}

TEST(E06_ClosedAndDrained, GivesNothingAtOnceAndForEver) {
  Chan<int> ch = MakeChan<int>(1);
  ch.Close();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(ch.Recv(), std::nullopt);
    EXPECT_EQ(ch.TryRecv().status, RecvStatus::kClosed);
  }
}

TEST(E07_AfterClose, BufferedValuesCanStillBeReceived) {
  Chan<std::string> ch = MakeChan<std::string>(3);
  ch.Send("a");
  ch.Send("b");
  ch.Close();
  EXPECT_EQ(ch.Recv(), "a");
  RecvResult<std::string> b = ch.TryRecv();
  EXPECT_EQ(b.status, RecvStatus::kOk);
  EXPECT_EQ(b.value, "b");
  EXPECT_EQ(ch.Recv(), std::nullopt);
}

TEST(E08_SendOnClosedPanics, AtOnce) {
  for (const int cap : {0, 1}) {
    Chan<int> ch = MakeChan<int>(cap);
    ch.Close();
    EXPECT_EQ(PanicOf([&] { ch.Send(1); }), "send on closed channel");
    EXPECT_EQ(PanicOf([&] { ch.TrySend(1); }), "send on closed channel");
  }
}

TEST(E08_SendOnClosedPanics, AlsoForSendersAlreadyBlocked) {
  Chan<std::string> ch = MakeChan<std::string>();
  std::string panics[2];
  Routine a([&] { panics[0] = PanicOf([&] { ch.Send("a"); }); });
  Routine b([&] { panics[1] = PanicOf([&] { ch.Send("b"); }); });
  a.AwaitParked(WaitReason::kChanSend);
  b.AwaitParked(WaitReason::kChanSend);
  ch.Close();
  a.Join();
  b.Join();
  EXPECT_EQ(panics[0], "send on closed channel");
  EXPECT_EQ(panics[1], "send on closed channel");
  EXPECT_EQ(ch.Recv(), std::nullopt) << "what they wanted to send is gone";
}

TEST(E09_BadClose, Panics) {
  EXPECT_EQ(PanicOf([] { Chan<int>().Close(); }), "close of nil channel");
  Chan<int> ch = MakeChan<int>();
  ch.Close();
  EXPECT_EQ(PanicOf([&] { ch.Close(); }), "close of closed channel");
  EXPECT_EQ(ch.Recv(), std::nullopt) << "and changes nothing";
}

TEST(E10_CloseWakes, AllReceivers) {
  Chan<int> ch = MakeChan<int>();
  std::atomic<int> none = 0;
  {
    std::vector<std::unique_ptr<Routine>> receivers;
    for (int i = 0; i < 10; ++i) {
      receivers.push_back(std::make_unique<Routine>([&] { none += ch.Recv() == std::nullopt ? 1 : 0; }));
      receivers.back()->AwaitParked(WaitReason::kChanReceive);
    }
    ch.Close();
  }
  EXPECT_EQ(none, 10);
}

TEST(E11_CloseWakeOrder, IsGosWithOneP) {
  if (IsSeeded()) GTEST_SKIP() << "the order is drawn";
  OneProc one;
  Gosched();  // what earlier tests left is over
  Chan<int> ch = MakeChan<int>();
  Log log;
  {
    std::vector<std::unique_ptr<Routine>> receivers;
    for (int i = 0; i < 6; ++i) {
      receivers.push_back(std::make_unique<Routine>([&, i] {
        ch.Recv();
        log.Add(static_cast<char>('0' + i));
      }));
      receivers.back()->AwaitParked(WaitReason::kChanReceive);
    }
    ch.Close();
  }
  // Each woken goes to runnext and pushes the one before out of it: the last woken, which waited longest, is first, and the others
  // follow in the order of waking. Recorded from Go.
  EXPECT_EQ(log.Text(), "054321");
}

TEST(E12_Nil, BlocksForEver) {
  // Parked for good, and dropped when main returns. Static, because LeakSanitizer does not see the stacks of such goroutines.
  static runtime::Watched receiver, sender;
  Go([] {
    receiver.ThisIsMe();
    Chan<int>().Recv();
  });
  Go([] {
    sender.ThisIsMe();
    Chan<int>().Send(1);
  });
  receiver.AwaitParked(WaitReason::kChanReceiveNilChan);
  sender.AwaitParked(WaitReason::kChanSendNilChan);
}

TEST(E12_Nil, IsNeverReady) {
  Chan<int> nil, ch = MakeChan<int>(1);
  std::optional<int> v;
  EXPECT_EQ(Select(Recv(nil, v), Send(nil, 1), Default()), 2);
  EXPECT_EQ(Select(Recv(nil, v), Send(nil, 1), Send(ch, 1)), 2);
  EXPECT_FALSE(nil.TrySend(1));
  EXPECT_EQ(nil.TryRecv().status, RecvStatus::kEmpty);
}

TEST(E13_Range, EndsAtClose) {
  Chan<int> ch = MakeChan<int>(2);
  Routine sender([&] {
    for (int i = 1; i <= 10; ++i) ch.Send(i);
    ch.Close();
  });
  int sum = 0;
  for (int& v : ch) sum += v;
  EXPECT_EQ(sum, 55);
}

TEST(E14_LargeElements, AreAllowedBelow64KiB) {
  struct Large {
    std::array<char, 65535> bytes;
  };
  // Chan<std::array<char, 65536>> does not compile: a static_assert says why.
  Chan<Large> ch = MakeChan<Large>(1);
  auto large = std::make_unique<Large>();
  large->bytes.back() = 'x';
  ch.Send(*large);
  EXPECT_EQ(ch.Recv()->bytes.back(), 'x');
}

TEST(E15_EmptyElements, CountAlthoughTheyNeedNoMemory) {
  // With a byte each there would be no room for so many.
  constexpr std::int64_t kMany = std::int64_t{1} << 38;
  Chan<Unit> ch = MakeChan<Unit>(kMany);
  EXPECT_EQ(ch.Cap(), kMany);
  ch.Send({});
  ch.Send({});
  EXPECT_EQ(ch.Len(), 2);
  ch.Close();
  int n = 0;
  for ([[maybe_unused]] Unit& v : ch) ++n;
  EXPECT_EQ(n, 2);
}

TEST(E16_NonBlocking, NeverMissesAValueThatWasThereBefore) {
  // Go's TestNonblockRecvRace: two values for two receivers, one of which only looks. Whoever looks sees one or the other,
  // or the channel closed after both.
  for (int round = 0; round < 2000; ++round) {
    Chan<int> ch = MakeChan<int>(1);
    ch.Send(1);
    Routine looks([&] {
      std::optional<int> v;
      if (Select(Recv(ch, v), Default()) == 1) ADD_FAILURE() << "empty, with a value in it";
    });
    ch.Close();
    std::optional<int> v;
    Select(Recv(ch, v), Default());
    looks.Join();
  }
}

TEST(E16_NonBlocking, FindsThePartnerThatWaits) {
  Chan<int> ch = MakeChan<int>();
  EXPECT_FALSE(ch.TrySend(1));
  EXPECT_EQ(ch.TryRecv().status, RecvStatus::kEmpty);
  Routine receiver([&] { EXPECT_EQ(ch.Recv(), 2); });
  receiver.AwaitParked(WaitReason::kChanReceive);
  EXPECT_TRUE(ch.TrySend(2));
  receiver.Join();
  Routine sender([&] { ch.Send(3); });
  sender.AwaitParked(WaitReason::kChanSend);
  EXPECT_EQ(ch.TryRecv().value, 3);
}

// E17: under ThreadSanitizer each of these is a report if the order is missing; without, a wrong value.
TEST(E17_HappensBefore, SendBeforeTheReceiveOfIt) {
  for (const int cap : {0, 1}) {
    Chan<Unit> ch = MakeChan<Unit>(cap);
    int data = 0;
    Routine sender([&] {
      data = 1;
      ch.Send({});
    });
    ch.Recv();
    EXPECT_EQ(data, 1);
  }
}

TEST(E17_HappensBefore, CloseBeforeTheReceiveOfNothing) {
  Chan<Unit> ch = MakeChan<Unit>();
  int data = 0;
  Routine closer([&] {
    data = 1;
    ch.Close();
  });
  ch.Recv();
  EXPECT_EQ(data, 1);
}

TEST(E17_HappensBefore, ReceiveBeforeTheEndOfAnUnbufferedSend) {
  Chan<Unit> ch = MakeChan<Unit>();
  int data = 0;
  Routine receiver([&] {
    data = 1;
    ch.Recv();
  });
  ch.Send({});
  EXPECT_EQ(data, 1);
}

TEST(E17_HappensBefore, KthReceiveBeforeTheSendThatTakesItsPlace) {
  // A buffered channel as a semaphore: never more than its capacity inside.
  Chan<Unit> slots = MakeChan<Unit>(1);
  int guarded = 0;
  auto work = [&] {
    for (int i = 0; i < 200; ++i) {
      slots.Send({});
      ++guarded;
      slots.Recv();
    }
  };
  {
    Routine a(work), b(work), c(work);
  }
  EXPECT_EQ(guarded, 600);
}

TEST(MakeChan, RefusesSizesThatCannotBe) {
  EXPECT_EQ(PanicOf([] { MakeChan<int>(-1); }), "makechan: size out of range");
  EXPECT_EQ(PanicOf([] { MakeChan<int>(std::numeric_limits<std::int64_t>::max()); }), "makechan: size out of range");
}

TEST(AnyThread, SendsAndReceives) {
  Chan<int> there = MakeChan<int>(), back = MakeChan<int>();
  std::thread echo([&] {
    for (int& v : there) back.Send(v + 1);
    back.Close();
  });
  for (int i = 0; i < 100; ++i) {
    there.Send(i);
    ASSERT_EQ(back.Recv(), i + 1);
  }
  there.Close();
  EXPECT_EQ(back.Recv(), std::nullopt);
  Blocking([&] { echo.join(); });
}

}  // namespace
}  // namespace gort::conformance
