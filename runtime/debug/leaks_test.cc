// Goal: each way of leaking a goroutine is found, and no goroutine that somebody may still wake is ever among the leaked.
//
// Each scenario is made in a function of its own that does not return its references, so that none is left in the test's frame; then
// the test looks until what it expects is so. What must not be reported is looked for once all of them wait.
#include "gort/runtime/debug/leaks.h"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "gort/gort.h"
#include "gtest/gtest.h"

namespace gort::debug {
namespace {

// How many goroutines have leaked that are not among `known`. (One that an earlier test leaked may be found only now.)
std::size_t LeakedBut(const std::vector<std::uint64_t>& known) {
  const absl::StatusOr<std::vector<std::uint64_t>> leaked = LeakedGoroutines();
  EXPECT_TRUE(leaked.ok()) << leaked.status();
  std::size_t n = 0;
  for (const std::uint64_t goid : leaked.value_or(known)) {
    if (!std::binary_search(known.begin(), known.end(), goid)) ++n;
  }
  return n;
}

// Leaves garbage of its own where frames were that held references.
[[gnu::noinline]] void Overwrite() {
  volatile char garbage[16384];
  for (volatile char& c : garbage) c = 1;
}

// Runs `make` in a goroutine of its own, so that nothing is left of it on the test's stack.
template <class F>
[[gnu::noinline]] void Make(F make) {
  WaitGroup done;
  done.Go(make);
  done.Wait();
}

// Makes goroutines that leak, `n` at a time, and looks until they are found. Once more if they are not: what leaks may be missed when
// an address was left behind somewhere, and where that happens is chance. (What is not leaked must never be found, below.)
template <class F>
void ExpectFound(std::size_t n, F make) {
  constexpr int kAttempts = 20;
  constexpr int kLooks = 50;
  std::size_t found = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::vector<std::uint64_t> known = Goroutines();
    Make(make);
    Overwrite();
    for (int look = 0; look < kLooks; ++look) {
      Gosched();
      found = LeakedBut(known);
      ASSERT_LE(found, n);
      if (found == n) return;
    }
  }
  FAIL() << "found " << found << " of " << n;
}

class Leaks : public testing::Test {
 protected:
  void SetUp() override {
    const absl::StatusOr<std::string> report = LeakReport();
    if (absl::IsUnimplemented(report.status())) GTEST_SKIP() << "skipped: " << report.status().message();
    known_ = Goroutines();
  }
  std::vector<std::uint64_t> known_;  // those of the tests before
};

// ---- What must be found --------------------------------------------------------------------------------------------------------

TEST_F(Leaks, ReceiveFromWhatNobodyHas) {
  ExpectFound(1, [] {
    Chan<int> ch = MakeChan<int>();
    Go([ch] { ch.Recv(); });
  });
}

TEST_F(Leaks, SendToWhatNobodyHas) {
  ExpectFound(1, [] {
    Chan<int> ch = MakeChan<int>();
    Go([ch] { ch.Send(1); });
  });
}

TEST_F(Leaks, NilChannels) {
  ExpectFound(2, [] {
    Go([] { Chan<int>().Recv(); });
    Go([] { Chan<int>().Send(1); });
  });
}

TEST_F(Leaks, SelectWithoutCases) {
  ExpectFound(1, [] { Go([] { Select(); }); });
}

TEST_F(Leaks, SelectOverWhatNobodyHas) {
  ExpectFound(1, [] {
    Go([a = MakeChan<int>(), b = MakeChan<int>(1)] {
      std::optional<int> v;
      b.Send(1);
      Select(Recv(a, v), Send(b, 2));
    });
  });
}

TEST_F(Leaks, SelectOverNilChannels) {
  ExpectFound(1, [] {
    Go([] {
      Chan<int> nil;
      std::optional<int> v;
      Select(Recv(nil, v), Send(nil, 2));
    });
  });
}

struct Locks {
  std::string name = "a text that refers into the object itself";
  Mutex mutex;
  RWMutex rwmutex;
  WaitGroup group;
  Mutex cond_mutex;
  Cond cond{cond_mutex};
};

TEST_F(Leaks, LocksInTheHeapThatNobodyHas) {
  ExpectFound(5, [] {
    auto locks = std::make_shared<Locks>();
    locks->mutex.Lock();
    locks->rwmutex.Lock();
    locks->group.Add(1);
    Go([locks] { locks->mutex.Lock(); });
    Go([locks] { locks->rwmutex.Lock(); });
    Go([locks] { locks->rwmutex.RLock(); });
    Go([locks] { locks->group.Wait(); });
    Go([locks] {
      locks->cond_mutex.Lock();
      locks->cond.Wait();
    });
  });
}

TEST_F(Leaks, LocksOnTheirOwnStack) {
  ExpectFound(2, [] {
    Go([] {
      Mutex mutex;
      mutex.Lock();
      mutex.Lock();
    });
    Go([] {
      WaitGroup group;
      group.Add(1);
      group.Wait();
    });
  });
}

TEST_F(Leaks, SemaphoreThatNobodyReleases) {
  ExpectFound(1, [] {
    Go([] {
      Semaphore semaphore(1);
      static_cast<void>(semaphore.Acquire(Background(), 1));
      static_cast<void>(semaphore.Acquire(Background(), 1));
    });
  });
}

TEST_F(Leaks, ATaskAndWhoJoinsIt) {
  ExpectFound(2, [] {
    Go([] {
      Task<void> task = Spawn<void>([ch = MakeChan<int>()] { ch.Recv(); });
      task.Join();
    });
  });
}

TEST_F(Leaks, AGroupAndWhoWaitsForIt) {
  ExpectFound(2, [] {
    Go([] {
      Group group;
      group.Go([ch = MakeChan<int>()] { ch.Recv(); });
      static_cast<void>(group.Wait());
    });
  });
}

TEST_F(Leaks, AChainThatOnlyHoldsItself) {
  ExpectFound(10, [] {
    std::vector<Chan<int>> links;
    for (int i = 0; i < 10; ++i) links.push_back(MakeChan<int>());
    for (std::size_t i = 0; i < links.size(); ++i) {
      Go([from = links[i], to = links[(i + 1) % links.size()]] { to.Send(*from.Recv()); });
    }
  });
}

TEST_F(Leaks, AChannelInTheBufferOfALeakedOne) {
  ExpectFound(2, [] {
    Chan<Chan<int>> outer = MakeChan<Chan<int>>(1);
    Chan<int> inner = MakeChan<int>();
    outer.Send(inner);
    Go([inner] { inner.Recv(); });
    Go([outer] { outer.Send(Chan<int>()); });
  });
}

TEST_F(Leaks, ManyAtOnce) {
  constexpr std::size_t kMany = 1000;
  ExpectFound(kMany, [] {
    for (std::size_t i = 0; i < kMany; ++i) Go([ch = MakeChan<int>()] { ch.Recv(); });
  });
}

TEST_F(Leaks, ReportSaysWhatTheyWaitFor) {
  ExpectFound(1, [] { Go({.name = "forgotten"}, [] { Chan<int>().Recv(); }); });
  const absl::StatusOr<std::string> report = LeakReport();
  ASSERT_TRUE(report.ok());
  EXPECT_NE(report->find(" [chan receive (nil chan) (leaked)]:  // forgotten\n"), std::string::npos) << *report;
  EXPECT_NE(report->find("created by "), std::string::npos) << *report;
}

// Goal: who was reported and is woken all the same, because the search could not see a reference, is not called leaked any more. Method:
// a channel whose only address is disguised.
class Disguised {
 public:
  void Hide(Chan<int> ch) {
    new (bytes_) Chan<int>(std::move(ch));
    Flip();
  }
  Chan<int> Show() {
    Flip();
    auto* shown = reinterpret_cast<Chan<int>*>(bytes_);
    Chan<int> ch = std::move(*shown);
    shown->~Chan<int>();
    return ch;
  }

 private:
  void Flip() {
    for (volatile unsigned char& byte : bytes_) byte = byte ^ 0xff;
  }
  alignas(Chan<int>) unsigned char bytes_[sizeof(Chan<int>)] = {};
};
Disguised disguised;
Chan<int> in_plain_sight;

TEST_F(Leaks, WhoIsWokenAfterAllIsLeakedNoMore) {
  std::atomic<bool> made = false;
  std::atomic<std::uint64_t> goid = 0;
  ExpectFound(1, [&] {
    if (made.exchange(true)) disguised.Show().Send(1);  // once more
    Chan<int> hidden = MakeChan<int>();
    disguised.Hide(hidden);
    Go([hidden, &goid] {
      goid = Goid();
      Chan<int>(hidden).Recv();
      Chan<int>(in_plain_sight).Recv();
    });
  });
  const std::string head = "goroutine " + std::to_string(goid) + " [chan receive";
  EXPECT_NE(Stack(true).find(head + " (leaked)]"), std::string::npos);
  in_plain_sight = MakeChan<int>();
  disguised.Show().Send(1);
  while (Stack(true).find(head + "]") == std::string::npos) {
    ASSERT_EQ(Stack(true).find(head + " (leaked)]"), std::string::npos) << Stack(true);
    Gosched();
  }
  in_plain_sight.Send(1);
}

TEST_F(Leaks, WhatComesIntoSightIsLeakedNoMore) {
  WaitGroup done;
  std::atomic<bool> made = false;
  ExpectFound(1, [&] {
    if (made.exchange(true)) disguised.Show().Send(1);  // once more
    Chan<int> hidden = MakeChan<int>();
    disguised.Hide(hidden);
    done.Go([hidden] { Chan<int>(hidden).Recv(); });
  });
  in_plain_sight = disguised.Show();
  EXPECT_EQ(LeakedBut(known_), 0U);
  in_plain_sight.Send(1);
  done.Wait();
}

// ---- What must not be found ----------------------------------------------------------------------------------------------------

// Looks a few times while `hold` keeps what the goroutine waits for; then lets it go.
void ExpectNone(const std::vector<std::uint64_t>& known) {
  for (int i = 0; i < 5; ++i) {
    Gosched();
    ASSERT_EQ(LeakedBut(known), 0U);
  }
}

Chan<int> global_channel;
Mutex global_mutex;

TEST_F(Leaks, NotWhatAGlobalHolds) {
  global_channel = MakeChan<int>();
  global_mutex.Lock();
  WaitGroup done;
  done.Go([ch = global_channel] { ch.Recv(); });
  done.Go([] {
    global_mutex.Lock();
    global_mutex.Unlock();
  });
  ExpectNone(known_);
  global_channel.Send(1);
  global_mutex.Unlock();
  done.Wait();
}

struct Node {
  std::unique_ptr<Node> next;
  Chan<int> ch;
  std::string before;
  Mutex mutex;
};
std::unique_ptr<Node> global_list;

TEST_F(Leaks, NotWhatTheHeapHolds) {
  Make([] {
    global_list = std::make_unique<Node>();
    global_list->next = std::make_unique<Node>();
    global_list->next->ch = MakeChan<int>();
    global_list->next->mutex.Lock();
  });
  WaitGroup done;
  done.Go([] { Chan<int>(global_list->next->ch).Recv(); });
  done.Go([] {
    global_list->next->mutex.Lock();
    global_list->next->mutex.Unlock();
  });
  ExpectNone(known_);
  global_list->next->ch.Send(1);
  global_list->next->mutex.Unlock();
  done.Wait();
  global_list.reset();
}

// References to the beginning of a large array only.
TEST_F(Leaks, NotWhatAnArrayHolds) {
  static std::vector<Mutex>* mutexes;
  Make([] { mutexes = new std::vector<Mutex>(5000); });
  WaitGroup done;
  for (std::size_t i = 0; i < mutexes->size(); i += 1000) {
    (*mutexes)[i].Lock();
    done.Go([i] {
      (*mutexes)[i].Lock();
      (*mutexes)[i].Unlock();
    });
  }
  ExpectNone(known_);
  for (std::size_t i = 0; i < mutexes->size(); i += 1000) (*mutexes)[i].Unlock();
  done.Wait();
  delete mutexes;
}

TEST_F(Leaks, NotWhatTheStackOfASleeperHolds) {
  WaitGroup done;
  std::atomic<bool> stop = false;
  Make([&] {
    Chan<int> ch = MakeChan<int>();
    done.Go([ch] { ch.Recv(); });
    done.Go([ch, &stop] {
      while (!stop) Sleep(absl::Milliseconds(1));
      ch.Send(1);
    });
  });
  ExpectNone(known_);
  stop = true;
  done.Wait();
}

TEST_F(Leaks, NotWhatTheClosureOfAGoroutineHoldsThatSomebodyCanWake) {
  WaitGroup done;
  Chan<int> wake = MakeChan<int>();
  Make([&] {
    Chan<int> ch = MakeChan<int>();
    done.Go([ch] { ch.Recv(); });
    done.Go([ch, wake] {
      wake.Recv();
      ch.Send(1);
    });
  });
  ExpectNone(known_);
  wake.Send(1);
  done.Wait();
}

TEST_F(Leaks, NotWhatAGoroutineHoldsThatHasNotBegun) {
  for (int i = 0; i < 10; ++i) {
    WaitGroup done;
    Make([&] {
      Chan<int> ch = MakeChan<int>();
      done.Go([ch] { ch.Recv(); });
      for (int j = 0; j < 20; ++j) Gosched();
      done.Go([ch] { ch.Send(1); });
    });
    ASSERT_EQ(LeakedBut(known_), 0U);
    done.Wait();
  }
}

TEST_F(Leaks, NotWhatAPlainThreadHolds) {
  WaitGroup done;
  std::atomic<bool> stop = false;
  std::atomic<bool> started = false;
  std::thread holder;
  Make([&] {
    Chan<int> ch = MakeChan<int>();
    done.Go([ch] { ch.Recv(); });
    holder = std::thread([ch, &stop, &started] {
      started = true;
      while (!stop) std::this_thread::yield();
      ch.Send(1);
    });
  });
  while (!started) Gosched();
  ExpectNone(known_);
  stop = true;
  done.Wait();
  Blocking([&] { holder.join(); });
}

// A goroutine that computes: the reference is in its registers, if the compiler likes.
TEST_F(Leaks, NotWhatAComputingGoroutineHolds) {
  WaitGroup done;
  std::atomic<bool> stop = false;
  Make([&] {
    Chan<int> ch = MakeChan<int>();
    done.Go([ch] { ch.Recv(); });
    done.Go([ch = ch, &stop]() mutable {
      const Chan<int> mine = std::move(ch);
      while (!stop.load(std::memory_order_relaxed)) {
        if (GoMaxProcs(0) == 1) Gosched();
      }
      mine.Send(1);
    });
  });
  ExpectNone(known_);
  stop = true;
  done.Wait();
}

TEST_F(Leaks, NotWhatATimerHolds) {
  std::optional<Timer> timer;
  WaitGroup done;
  Make([&] {
    Chan<int> ch = MakeChan<int>();
    done.Go([ch] { ch.Recv(); });
    timer.emplace(AfterFunc(absl::Hours(1), [ch] { ch.Send(1); }));
  });
  ExpectNone(known_);
  timer->Reset(absl::ZeroDuration());
  done.Wait();
}

TEST_F(Leaks, NotWhoATimerWakes) {
  WaitGroup done;
  std::atomic<int> waiting = 0;
  auto cancelled = WithTimeout(Background(), absl::Milliseconds(300));
  done.Go([&] {
    ++waiting;
    After(absl::Milliseconds(300)).Recv();
  });
  done.Go([&] {
    ++waiting;
    Chan<int> ch = MakeChan<int>();
    std::optional<int> v;
    Select(Recv(ch, v), Timeout(absl::Milliseconds(300)));
  });
  while (waiting < 2) Gosched();
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(LeakedBut(known_), 0U);
    Gosched();
  }
  done.Wait();
}

TEST_F(Leaks, NotWhoWaitsForTheCaller) {
  Mutex mutex;
  WaitGroup group;
  WaitGroup done;
  mutex.Lock();
  group.Add(1);
  done.Go([&] {
    mutex.Lock();
    mutex.Unlock();
  });
  done.Go([&] { group.Wait(); });
  ExpectNone(known_);
  mutex.Unlock();
  group.Done();
  done.Wait();
}

// Everything at once: goroutines that hand each other work, on all threads, while somebody looks and looks.
TEST_F(Leaks, NeverAWorkingGoroutineUnderStress) {
  WaitGroup done;
  std::atomic<bool> stop = false;
  Mutex mutex;
  Cond cond(mutex);
  for (int i = 0; i < 4; ++i) {
    done.Go([&] {
      Chan<int> to = MakeChan<int>();
      Chan<int> from = MakeChan<int>(1);
      Go([=] {
        for (int v : to) from.Send(v);
        from.Close();
      });
      while (!stop) {
        to.Send(1);
        from.Recv();
      }
      to.Close();
    });
    done.Go([&] {
      while (!stop) {
        Chan<int> answer = MakeChan<int>();
        Go([answer] { answer.Send(1); });
        answer.Recv();
        mutex.Lock();
        Gosched();
        cond.Signal();
        mutex.Unlock();
        Spawn<int>([] { return 1; }).Join();
        WaitGroup inner;
        inner.Go([] {});
        inner.Wait();
      }
    });
    done.Go([&] {
      mutex.Lock();
      while (!stop) cond.Wait();
      mutex.Unlock();
    });
  }
  ExpectNone(known_);
  mutex.Lock();
  stop = true;
  cond.Broadcast();
  mutex.Unlock();
  done.Wait();
}

// ---- What the search needs -----------------------------------------------------------------------------------------------------

// A thread to stop.
class OtherThread {
 public:
  OtherThread() : thread_([this] { go_on_.wait(false); }) {}
  ~OtherThread() {
    go_on_.store(true);
    go_on_.notify_one();
    thread_.join();
  }

 private:
  std::atomic<bool> go_on_{false};
  std::thread thread_;
};

struct sigaction replaced;

// SIGURG has another handler while this object lives.
class HandlerOfOthers {
 public:
  explicit HandlerOfOthers(void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigaction(SIGURG, &action, &replaced);
  }
  ~HandlerOfOthers() { sigaction(SIGURG, &replaced, nullptr); }
};

TEST_F(Leaks, AHandlerThatReplacesOursIsNamedInTheError) {
  const OtherThread other;
  const HandlerOfOthers handler([](int, siginfo_t*, void*) {});
  const absl::StatusOr<std::string> report = LeakReport();
  EXPECT_TRUE(absl::IsUnavailable(report.status())) << report.status();
  EXPECT_NE(report.status().message().find("has got another handler meanwhile"), std::string::npos) << report.status();
}

TEST_F(Leaks, AHandlerThatReplacesOursMayCallIt) {
  const OtherThread other;
  const HandlerOfOthers handler(
      [](int sig, siginfo_t* info, void* context) { replaced.sa_sigaction(sig, info, context); });
  const absl::StatusOr<std::string> report = LeakReport();
  EXPECT_TRUE(report.ok()) << report.status();
}

}  // namespace
}  // namespace gort::debug
