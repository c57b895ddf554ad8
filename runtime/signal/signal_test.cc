// Go's rules of os/signal. raise() comes back when the handler has run, so what is in the queue is known at each step.
#include "gort/runtime/signal/signal.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "gort/runtime/channel/channel.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/panic/panic.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gtest/gtest.h"

namespace gort::signal {
namespace {

using Handler = void (*)(int);

Handler HandlerOf(int sig) {
  struct sigaction now = {};
  sigaction(sig, nullptr, &now);
  return now.sa_handler;
}

TEST(Notify, SendsTheNumber) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, SIGUSR1);
  kill(getpid(), SIGUSR1);
  EXPECT_EQ(c.Recv(), SIGUSR1);
  Stop(c);
}

TEST(Notify, GoesToEveryChannelThatWantsIt) {
  const Chan<int> a = MakeChan<int>(1);
  const Chan<int> b = MakeChan<int>(1);
  const Chan<int> other = MakeChan<int>(1);
  Notify(a, SIGUSR1);
  Notify(b, SIGUSR1, SIGUSR2);
  Notify(other, SIGUSR2);
  raise(SIGUSR1);
  EXPECT_EQ(a.Recv(), SIGUSR1);
  EXPECT_EQ(b.Recv(), SIGUSR1);
  EXPECT_EQ(other.Len(), 0);
  Stop(a);
  Stop(b);
  Stop(other);
}

TEST(Notify, SecondCallAddsSignals) {
  const Chan<int> c = MakeChan<int>(2);
  Notify(c, SIGUSR1);
  Notify(c, SIGUSR2);
  raise(SIGUSR1);
  EXPECT_EQ(c.Recv(), SIGUSR1);
  raise(SIGUSR2);
  EXPECT_EQ(c.Recv(), SIGUSR2);
  Stop(c);
}

TEST(Notify, FullChannelMissesTheSignal) {
  const Chan<int> full = MakeChan<int>(1);
  const Chan<int> witness = MakeChan<int>(1);
  Notify(full, SIGUSR1, SIGUSR2);
  Notify(witness, SIGUSR1, SIGUSR2);
  raise(SIGUSR1);
  EXPECT_EQ(witness.Recv(), SIGUSR1);
  raise(SIGUSR2);
  EXPECT_EQ(witness.Recv(), SIGUSR2);
  Stop(full);
  EXPECT_EQ(full.Len(), 1);
  EXPECT_EQ(full.Recv(), SIGUSR1);
  Stop(witness);
}

TEST(Notify, WithoutNumbersMeansAll) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c);
  for (const int sig : {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGUSR2, SIGPIPE, SIGCHLD, SIGWINCH}) {
    raise(sig);
    EXPECT_EQ(c.Recv(), sig);
  }
  Stop(c);
  EXPECT_EQ(HandlerOf(SIGTERM), SIG_DFL);
}

TEST(Notify, RealTimeSignalsToo) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, SIGRTMAX);
  raise(SIGRTMAX);
  EXPECT_EQ(c.Recv(), SIGRTMAX);
  Stop(c);
}

TEST(Notify, OfWhatCannotBeCaughtDoesNothing) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, SIGKILL, SIGSTOP, 0, -1, 65, 1000);
  Stop(c);
  EXPECT_FALSE(Ignored(-1));
}

TEST(Notify, NilChannelPanics) {
  EXPECT_THROW(Notify(Chan<int>(), SIGUSR1), PanicError);
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
}

TEST(Notify, FailureSignalThatSomebodySentIsAMessage) {
  const Chan<int> c = MakeChan<int>(1);
  for (const int sig : {SIGSEGV, SIGFPE, SIGABRT}) {
    Notify(c, sig);
    kill(getpid(), sig);  // unlike raise: not the thread's own doing
    EXPECT_EQ(c.Recv(), sig);
    Stop(c);
  }
}

TEST(Notify, LeavesErrnoAlone) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, SIGUSR1);
  errno = EXDEV;
  pthread_kill(pthread_self(), SIGUSR1);
  EXPECT_EQ(errno, EXDEV);
  EXPECT_EQ(c.Recv(), SIGUSR1);
  Stop(c);
}

TEST(Stop, HandsOutWhatCameBefore) {
  for (int i = 0; i < 2'000; ++i) {
    const Chan<int> c = MakeChan<int>(1);
    Notify(c, SIGUSR1);
    raise(SIGUSR1);
    Stop(c);
    ASSERT_EQ(c.Len(), 1) << "in round " << i;
  }
}

TEST(Stop, OfTheLastChannelGivesTheActionBack) {
  const Handler mine = [](int) {};
  ::signal(SIGUSR2, mine);
  const Chan<int> a = MakeChan<int>(1);
  const Chan<int> b = MakeChan<int>(1);
  Notify(a, SIGUSR1, SIGUSR2);
  Notify(b, SIGUSR1);
  Stop(a);
  EXPECT_EQ(HandlerOf(SIGUSR2), mine);
  EXPECT_NE(HandlerOf(SIGUSR1), SIG_DFL);
  Stop(b);
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
  Stop(b);  // once more does nothing
  ::signal(SIGUSR2, SIG_DFL);
}

TEST(Ignore, OfAFailureSignalDoesNothing) {
  Ignore(SIGSEGV, SIGABRT);
  EXPECT_FALSE(Ignored(SIGSEGV));
  EXPECT_FALSE(Ignored(SIGABRT));
}

TEST(Reset, WithoutNumbersTakesRealTimeSignalsToo) {
  const int sig = SIGRTMIN + 3;
  struct sigaction before, after;
  sigaction(sig, nullptr, &before);
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, sig);
  Reset();
  sigaction(sig, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(Ignore, EndsNotifyAndResetEndsIgnore) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, SIGUSR1);
  EXPECT_FALSE(Ignored(SIGUSR1));
  Ignore(SIGUSR1);
  EXPECT_TRUE(Ignored(SIGUSR1));
  raise(SIGUSR1);
  Stop(c);
  EXPECT_TRUE(Ignored(SIGUSR1));
  EXPECT_EQ(c.Len(), 0);
  Reset(SIGUSR1);
  EXPECT_FALSE(Ignored(SIGUSR1));
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
}

TEST(Notify, EndsIgnore) {
  const Chan<int> c = MakeChan<int>(1);
  Ignore(SIGUSR1);
  Notify(c, SIGUSR1);
  raise(SIGUSR1);
  EXPECT_EQ(c.Recv(), SIGUSR1);
  Stop(c);
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
}

TEST(Reset, TakesTheSignalFromEveryChannel) {
  const Chan<int> c = MakeChan<int>(1);
  Notify(c, SIGUSR1, SIGUSR2);
  Reset(SIGUSR1);
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
  raise(SIGUSR2);
  EXPECT_EQ(c.Recv(), SIGUSR2);
  Reset();
  EXPECT_EQ(HandlerOf(SIGUSR2), SIG_DFL);
}

TEST(NotifyContext, EndsWithTheSignal) {
  const auto [ctx, stop] = NotifyContext(Background(), SIGUSR1, SIGUSR2);
  EXPECT_TRUE(ctx.Err().ok());
  raise(SIGUSR1);
  ctx.Done().Recv();
  EXPECT_EQ(ctx.Err().message(), "context canceled");
  EXPECT_EQ(ctx.Cause().message(), "user defined signal 1 signal received");
  stop();
  EXPECT_EQ(HandlerOf(SIGUSR1), SIG_DFL);
  stop();
}

TEST(NotifyContext, EndsByStopAndWithItsParent) {
  const auto [parent, cancel] = WithCancel(Background());
  const auto [a, stop_a] = NotifyContext(parent, SIGUSR1);
  const auto [b, stop_b] = NotifyContext(parent, SIGUSR1);
  stop_a();
  EXPECT_FALSE(a.Err().ok());
  EXPECT_TRUE(b.Err().ok());
  cancel();
  EXPECT_FALSE(b.Err().ok());
  stop_b();
}

TEST(Text, IsGos) {
  EXPECT_EQ(Text(SIGINT), "interrupt");
  EXPECT_EQ(Text(SIGKILL), "killed");
  EXPECT_EQ(Text(SIGIO), "I/O possible");
  EXPECT_EQ(Text(99), "signal 99");
}

// Goal: no wake-up is lost. Method: two threads, each of which sends its signal only after the last one has come, so that each signal
// must come; a third party makes the receiver drain the queue at other moments.
TEST(Stress, NoSignalIsLostWhileThereIsRoom) {
  constexpr int kRounds = 10'000;
  std::atomic<bool> stop = false;
  WaitGroup disturber;
  std::vector<std::thread> threads;
  for (const int sig : {SIGUSR1, SIGUSR2}) {
    threads.emplace_back([sig] {
      const Chan<int> c = MakeChan<int>(1);
      Notify(c, sig);
      for (int i = 0; i < kRounds; ++i) {
        pthread_kill(pthread_self(), sig);
        if (c.Recv() != sig) ADD_FAILURE() << "another signal in round " << i;
      }
      Stop(c);
    });
  }
  disturber.Go([&stop] {
    const Chan<int> c = MakeChan<int>(1);
    while (!stop) {
      Notify(c, SIGWINCH);
      Stop(c);
      Gosched();
    }
  });
  for (std::thread& t : threads) t.join();
  stop = true;
  disturber.Wait();
}

}  // namespace
}  // namespace gort::signal
