// Channels, statement by statement: the names begin with the number in Go's checklist (E1 to E17). Run at any number of Ps.
#include "gort/runtime/channel/channel.h"

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "gort/runtime/channel/chan_testing.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/switch/getg.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using runtime::WaitReason;
using testing::Await;
using testing::AwaitWaiting;
using testing::PanicOf;
using testing::Receivers;
using testing::Senders;
using testing::Tracked;

// Other goroutines may still have to end. A value that is never destroyed makes the test time out.
void AwaitNoneAlive() {
  Await([] { return Tracked::alive == 0; });
}

TEST(Channel, E1_AnUnbufferedSendCompletesWhenAReceiverHasTheValue) {
  const auto ch = MakeChan<int>();
  const auto done = MakeChan<Unit>(1);
  Go([=] {
    ch.Send(7);
    done.Send({});
  });
  Await([&] { return Senders(ch) == 1; });
  EXPECT_EQ(done.Len(), 0);
  EXPECT_EQ(ch.Len(), 0);
  EXPECT_EQ(ch.Recv(), 7);
  done.Recv();
}

TEST(Channel, E2_ABufferTakesNValuesAndTheNextSendBlocks) {
  const auto ch = MakeChan<int>(3);
  for (int i = 0; i < 3; ++i) ch.Send(i);
  EXPECT_EQ(ch.Len(), 3);
  EXPECT_FALSE(ch.TrySend(3));
  Go([=] { ch.Send(3); });
  Await([&] { return Senders(ch) == 1; });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(ch.Recv(), i);
}

TEST(Channel, E3_ValuesArriveInOrder) {
  for (const int cap : {0, 1, 10}) {
    const auto ch = MakeChan<int>(cap);
    Go([=] {
      for (int i = 0; i < 1000; ++i) ch.Send(i);
      ch.Close();
    });
    int expected = 0;
    for (const int& v : ch) EXPECT_EQ(v, expected++);
    EXPECT_EQ(expected, 1000);
  }
}

TEST(Channel, E3_WaitingReceiversAreServedInOrder) {
  const auto ch = MakeChan<int>();
  const auto got = MakeChan<std::pair<int, int>>(5);
  for (int i = 0; i < 5; ++i) {
    Go([=] {
      const int v = *ch.Recv();
      got.Send({i, v});
    });
    Await([&] { return Receivers(ch) == i + 1; });
  }
  for (int i = 0; i < 5; ++i) ch.Send(i);
  for (int i = 0; i < 5; ++i) {
    const auto [receiver, value] = *got.Recv();
    EXPECT_EQ(receiver, value);
  }
}

TEST(Channel, E3_WaitingSendersAreServedInOrder) {
  for (const int cap : {0, 2}) {
    const auto ch = MakeChan<int>(cap);
    for (int i = 0; i < cap; ++i) ch.Send(i);
    for (int i = 0; i < 5; ++i) {
      Go([=] { ch.Send(cap + i); });
      Await([&] { return Senders(ch) == i + 1; });
    }
    for (int i = 0; i < cap + 5; ++i) EXPECT_EQ(ch.Recv(), i);
  }
}

TEST(Channel, E4_ASendToAWaitingReceiverBypassesTheBuffer) {
  const auto ch = MakeChan<Tracked>(2);
  const auto moves = MakeChan<int>();
  Go([=] { moves.Send(ch.Recv()->moves()); });
  Await([&] { return Receivers(ch) == 1; });
  ch.Send(Tracked(1));
  EXPECT_EQ(ch.Len(), 0);
  EXPECT_EQ(moves.Recv(), 1);
}

TEST(Channel, E4_AReceiveFromAFullBufferPutsTheWaitingSendersValueAtTheTail) {
  const auto ch = MakeChan<Tracked>(2);
  ch.Send(Tracked(0));
  ch.Send(Tracked(1));
  Go([=] { ch.Send(Tracked(2)); });
  Await([&] { return Senders(ch) == 1; });
  EXPECT_EQ(ch.Recv()->value(), 0);
  EXPECT_EQ(ch.Len(), 2);  // at once: the sender need not run for it
  EXPECT_EQ(Senders(ch), 0);
  EXPECT_EQ(ch.Recv()->value(), 1);
  EXPECT_EQ(ch.Recv()->value(), 2);
}

TEST(Channel, E4_AValueMovesOnceFromAWaitingSenderAndTwiceThroughABuffer) {
  const auto ch = MakeChan<Tracked>();
  Go([=] { ch.Send(Tracked(1)); });
  Await([&] { return Senders(ch) == 1; });
  EXPECT_EQ(ch.Recv()->moves(), 1);
  const auto buffered = MakeChan<Tracked>(1);
  buffered.Send(Tracked(1));
  EXPECT_EQ(buffered.Recv()->moves(), 2);
}

TEST(Channel, E5_LenCountsTheBufferAndCapIsConstant) {
  const auto ch = MakeChan<std::string>(4);
  EXPECT_EQ(ch.Cap(), 4);
  ch.Send("a");
  ch.Send("b");
  EXPECT_EQ(ch.Len(), 2);
  ch.Recv();
  EXPECT_EQ(ch.Len(), 1);
  EXPECT_EQ(ch.Cap(), 4);
  const Chan<int> nil;
  EXPECT_EQ(nil.Len(), 0);
  EXPECT_EQ(nil.Cap(), 0);
}

TEST(Channel, E6_E7_BufferedValuesOutliveCloseThenReceivesGiveNothingForEver) {
  const auto ch = MakeChan<int>(2);
  ch.Send(1);
  ch.Send(2);
  ch.Close();
  EXPECT_EQ(ch.Recv(), 1);
  const auto second = ch.TryRecv();
  EXPECT_EQ(second.status, RecvStatus::kOk);
  EXPECT_EQ(second.value, 2);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ch.Recv(), std::nullopt);
    EXPECT_EQ(ch.TryRecv().status, RecvStatus::kClosed);
  }
}

TEST(Channel, E8_SendOnClosedPanics) {
  const auto ch = MakeChan<Tracked>(1);
  ch.Close();
  EXPECT_EQ(PanicOf([&] { ch.Send(Tracked(1)); }), "send on closed channel");
  EXPECT_EQ(PanicOf([&] { ch.TrySend(Tracked(1)); }), "send on closed channel");
  AwaitNoneAlive();
}

TEST(Channel, E8_ASenderThatWaitsWhenTheChannelIsClosedPanics) {
  const auto ch = MakeChan<Tracked>();
  const auto panics = MakeChan<std::string>();
  for (int i = 0; i < 3; ++i) {
    Go([=] { panics.Send(PanicOf([&] { ch.Send(Tracked(1)); })); });
  }
  Await([&] { return Senders(ch) == 3; });
  ch.Close();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(panics.Recv(), "send on closed channel");
  AwaitNoneAlive();
}

TEST(Channel, E9_CloseOfNilAndOfClosedPanic) {
  EXPECT_EQ(PanicOf([] { Chan<int>().Close(); }), "close of nil channel");
  const auto ch = MakeChan<int>();
  ch.Close();
  EXPECT_EQ(PanicOf([&] { ch.Close(); }), "close of closed channel");
}

TEST(Channel, E10_CloseWakesAllReceivers) {
  const auto ch = MakeChan<int>();
  const auto got = MakeChan<bool>();
  for (int i = 0; i < 20; ++i) {
    Go([=] { got.Send(ch.Recv().has_value()); });
  }
  Await([&] { return Receivers(ch) == 20; });
  ch.Close();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(got.Recv(), false);
  EXPECT_EQ(Receivers(ch), 0);
}

TEST(Channel, E12_NilChannelsAreNeverReady) {
  const Chan<int> nil;
  EXPECT_FALSE(nil.TrySend(1));
  EXPECT_EQ(nil.TryRecv().status, RecvStatus::kEmpty);
  EXPECT_FALSE(nil);
}

TEST(Channel, E12_OperationsOnNilChannelsWaitForEver) {
  // Static: the goroutines outlive the test.
  static std::atomic<runtime::g*> sender{nullptr};
  static std::atomic<runtime::g*> receiver{nullptr};
  Go([] {
    sender = runtime::getg();
    Chan<int>().Send(1);
  });
  Go([] {
    receiver = runtime::getg();
    Chan<int>().Recv();
  });
  Await([&] { return sender != nullptr && receiver != nullptr; });
  AwaitWaiting(sender, WaitReason::kChanSendNilChan);
  AwaitWaiting(receiver, WaitReason::kChanReceiveNilChan);
}

TEST(Channel, WaitReasonsAreGos) {
  const auto ch = MakeChan<int>();
  std::atomic<runtime::g*> gp{nullptr};
  const auto done = MakeChan<Unit>();
  Go([&gp, ch, done] {
    gp = runtime::getg();
    ch.Recv();
    ch.Send(1);
    done.Close();
  });
  Await([&] { return gp != nullptr; });
  AwaitWaiting(gp, WaitReason::kChanReceive);
  ch.Send(1);
  AwaitWaiting(gp, WaitReason::kChanSend);
  ch.Recv();
  done.Recv();
}

TEST(Channel, E13_RangeForEndsAtClose) {
  const auto ch = MakeChan<std::unique_ptr<int>>(3);
  for (int i = 1; i <= 3; ++i) ch.Send(std::make_unique<int>(i));
  ch.Close();
  int sum = 0;
  for (std::unique_ptr<int>& v : ch) sum += *std::exchange(v, nullptr);
  EXPECT_EQ(sum, 6);
  for (std::unique_ptr<int>& v : RecvChan<std::unique_ptr<int>>(ch)) FAIL() << *v;
}

TEST(Channel, E14_ValuesOfJustUnder64KiBAreAllowed) {
  struct Large {
    unsigned char bytes[65535];
  };
  const auto ch = MakeChan<Large>(1);
  auto large = std::make_unique<Large>();
  large->bytes[0] = 1;
  large->bytes[65534] = 2;
  ch.Send(*large);
  const std::optional<Large> got = ch.Recv();
  EXPECT_EQ(got->bytes[0], 1);
  EXPECT_EQ(got->bytes[65534], 2);
}

TEST(Channel, E15_ValuesWithoutContentNeedNoMemoryButCount) {
  const auto ch = MakeChan<Unit>(std::numeric_limits<std::int64_t>::max());
  for (int i = 0; i < 100; ++i) ch.Send({});
  EXPECT_EQ(ch.Len(), 100);
  ch.Close();
  int count = 0;
  for (Unit& u : ch) {
    EXPECT_EQ(u, Unit());
    ++count;
  }
  EXPECT_EQ(count, 100);
}

TEST(Channel, E16_NonBlockingOperationsFindAWaitingPartner) {
  const auto ch = MakeChan<Tracked>();
  Tracked v(5);
  EXPECT_FALSE(ch.TrySend(std::move(v)));
  EXPECT_EQ(v.value(), 5) << "a value that was not sent must be untouched";
  EXPECT_EQ(ch.TryRecv().status, RecvStatus::kEmpty);

  Go([=] { ch.Send(Tracked(6)); });
  Await([&] { return Senders(ch) == 1; });
  const auto received = ch.TryRecv();
  EXPECT_EQ(received.status, received.kOk);
  EXPECT_EQ(received.value->value(), 6);

  const auto got = MakeChan<int>();
  Go([=] { got.Send(ch.Recv()->value()); });
  Await([&] { return Receivers(ch) == 1; });
  EXPECT_TRUE(ch.TrySend(std::move(v)));
  EXPECT_EQ(got.Recv(), 5);
}

// Method: after Go's TestNonblockRecvRace. The value was there before the receive began, so whatever the close and the other
// receiver do, it must not say "not ready".
TEST(Channel, E16_ANonBlockingReceiveNeverMissesAValueThatWasThereBefore) {
  for (int i = 0; i < 2000; ++i) {
    const auto ch = MakeChan<int>(1);
    ch.Send(1);
    const auto status = MakeChan<RecvStatus>();
    Go([=] { status.Send(ch.TryRecv().status); });
    ch.Close();
    ch.Recv();
    EXPECT_NE(status.Recv(), RecvStatus::kEmpty);
  }
}

TEST(Channel, TrySendOfAnLvalueCopies) {
  const auto ch = MakeChan<std::string>(1);
  const std::string text = "text";
  EXPECT_TRUE(ch.TrySend(text));
  EXPECT_FALSE(ch.TrySend(text));
  EXPECT_EQ(ch.Recv(), "text");
}

// Goal: ThreadSanitizer sees the four orders that Go promises. Each step writes what the other side reads, unprotected.
TEST(Channel, E17_OperationsOrderWhatHappensAroundThem) {
  for (int round = 0; round < 200; ++round) {
    int before_send = 0;
    int before_receive = 0;
    int before_close = 0;
    const auto unbuffered = MakeChan<Unit>();
    const auto closed = MakeChan<Unit>();
    std::thread other([&] {
      before_send = 1;
      unbuffered.Send({});
      EXPECT_EQ(before_receive, 1);
      before_close = 1;
      closed.Close();
    });
    before_receive = 1;
    unbuffered.Recv();
    EXPECT_EQ(before_send, 1);
    closed.Recv();
    EXPECT_EQ(before_close, 1);
    other.join();
  }
}

TEST(Channel, E17_ReceiveKComesBeforeSendKPlusC) {
  constexpr int kSlots = 3;
  const auto slots = MakeChan<Unit>(kSlots);  // a semaphore
  const auto done = MakeChan<Unit>();
  // Unprotected, but at most kSlots at a time hold one; element i belongs to who is in it.
  int inside[kSlots] = {};
  const auto free = MakeChan<int>(kSlots);
  for (int i = 0; i < kSlots; ++i) free.Send(i);
  for (int i = 0; i < 50; ++i) {
    Go([&inside, slots, done, free] {
      slots.Send({});
      const auto mine = free.TryRecv();
      EXPECT_EQ(mine.status, RecvStatus::kOk) << "more goroutines inside than slots";
      EXPECT_EQ(++inside[*mine.value], 1);
      Gosched();
      --inside[*mine.value];
      free.Send(int{*mine.value});
      slots.Recv();
      done.Send({});
    });
  }
  for (int i = 0; i < 50; ++i) done.Recv();
}

// ---- handles --------------------------------------------------------------------------------------------------------------

TEST(Channel, MakeChanRefusesImpossibleSizes) {
  EXPECT_EQ(PanicOf([] { MakeChan<int>(-1); }), "makechan: size out of range");
  EXPECT_EQ(PanicOf([] { MakeChan<Unit>(-1); }), "makechan: size out of range");
  EXPECT_EQ(PanicOf([] { MakeChan<int>(std::numeric_limits<std::int64_t>::max()); }), "makechan: size out of range");
  EXPECT_EQ(PanicOf([] { MakeChan<char>((std::int64_t{1} << 39) + 1); }), "makechan: size out of range");
}

TEST(Channel, TheLastHandleDestroysWhatIsInTheBuffer) {
  AwaitNoneAlive();
  {
    auto ch = MakeChan<Tracked>(4);
    for (int i = 0; i < 3; ++i) ch.Send(Tracked(i));
    ch.Recv();
    ch.Send(Tracked(3));
    ch.Send(Tracked(4));  // the ring has wrapped
    const SendChan<Tracked> sender = ch;
    ch = Chan<Tracked>();
    EXPECT_EQ(Tracked::alive, 4);
  }
  AwaitNoneAlive();
}

TEST(Channel, HandlesAreEqualIfTheyAreTheSameChannel) {
  const auto a = MakeChan<int>();
  const auto b = MakeChan<int>();
  auto copy = a;
  EXPECT_EQ(copy, a);
  EXPECT_FALSE(a == b);
  EXPECT_EQ(RecvChan<int>(a), a);
  EXPECT_EQ(Chan<int>(), Chan<int>());
  const auto moved = std::move(copy);
  EXPECT_EQ(moved, a);
  EXPECT_FALSE(copy);  // NOLINT: a moved-from handle is nil
  copy = moved;
  copy = *&copy;
  EXPECT_EQ(copy, a);
}

TEST(Channel, DirectionsDoNotConvertBack) {
  static_assert(std::is_convertible_v<Chan<int>, SendChan<int>> && std::is_convertible_v<Chan<int>, RecvChan<int>>);
  static_assert(!std::is_constructible_v<Chan<int>, SendChan<int>> &&
                !std::is_constructible_v<Chan<int>, RecvChan<int>>);
  static_assert(!std::is_constructible_v<SendChan<int>, RecvChan<int>>);
  static_assert(!std::is_constructible_v<RecvChan<int>, SendChan<int>>);
  static_assert(!std::is_constructible_v<RecvChan<int>, Chan<long>>);
  const auto ch = MakeChan<int>(1);
  const SendChan<int> in = ch;
  const RecvChan<int> out = ch;
  in.Send(3);
  EXPECT_EQ(out.Len(), 1);
  EXPECT_EQ(out.Recv(), 3);
  in.Close();
  EXPECT_EQ(out.TryRecv().status, RecvStatus::kClosed);
}

TEST(Channel, OverAlignedValuesAreAligned) {
  struct alignas(128) Wide {
    const void* self;
    Wide() : self(this) {}
    Wide(Wide&& other) noexcept : self(this) { EXPECT_EQ(other.self, &other); }
    ~Wide() { EXPECT_EQ(reinterpret_cast<std::uintptr_t>(this) % 128, 0u); }
  };
  const auto ch = MakeChan<Wide>(2);
  ch.Send(Wide());
  ch.Send(Wide());
  ch.Recv();
}

TEST(Channel, AChannelMayCarryChannels) {
  const auto requests = MakeChan<Chan<int>>();
  Go([=] {
    for (Chan<int>& reply : requests) reply.Send(42);
  });
  const auto reply = MakeChan<int>();
  requests.Send(reply);
  EXPECT_EQ(reply.Recv(), 42);
  requests.Close();
}

TEST(Channel, PlainThreadsAndGoroutinesMeet) {
  const auto ping = MakeChan<int>();
  const auto pong = MakeChan<int>(1);
  std::thread thread([=] {
    for (int& v : ping) pong.Send(v + 1);
    pong.Close();
  });
  for (int i = 0; i < 1000; ++i) {
    ping.Send(int{i});
    EXPECT_EQ(pong.Recv(), i + 1);
  }
  ping.Close();
  EXPECT_EQ(pong.Recv(), std::nullopt);
  thread.join();
}

// ---- hooks ----------------------------------------------------------------------------------------------------------------

TEST(Channel, OperationsFromOutsideItsBubblePanic) {
  const auto ch = MakeChan<int>(1);
  ch.hchan()->bubble = reinterpret_cast<runtime::synctestBubble*>(ch.hchan());  // only compared
  EXPECT_EQ(PanicOf([&] { ch.Send(1); }), "send on synctest channel from outside bubble");
  EXPECT_EQ(PanicOf([&] { ch.TrySend(1); }), "send on synctest channel from outside bubble");
  EXPECT_EQ(PanicOf([&] { ch.Recv(); }), "receive on synctest channel from outside bubble");
  EXPECT_EQ(PanicOf([&] { ch.TryRecv(); }), "receive on synctest channel from outside bubble");
  EXPECT_EQ(PanicOf([&] { ch.Close(); }), "close of synctest channel from outside bubble");
}

}  // namespace
}  // namespace gort
