// Semaphores and notification lists: order, hand-off, and that no wake-up is lost, between goroutines and plain threads.

#include "gort/runtime/sema/sema.h"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gort/gort.h"
#include "gort/runtime/sema/notify_list.h"
#include "gort/runtime/sema/parked_for_test.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

using Semaphore = std::atomic<std::uint32_t>;

void Acquire(Semaphore* s, bool lifo = false) { semacquire1(s, lifo, WaitReason::kSemacquire); }
void Release(Semaphore* s) { semrelease1(s, false); }

template <class Done>
void YieldUntil(Done done) {
  while (!done()) Gosched();
}

// From the environment, to repeat a run, or a new one. Prints it. (Not SCOPED_TRACE: that keeps a list for each thread, and a test
// that is a goroutine may end on another thread than it began on.)
std::uint64_t Seed() {
  const char* given = std::getenv("GORT_FUZZ_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device()();
  std::printf("GORT_FUZZ_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

// Waiters with a number each, that write it down when they have got through.
class Waiters {
 public:
  explicit Waiters(Semaphore* s) : s_(s) {}

  // Starts one and returns when it waits.
  void Add(int number, bool lifo) {
    watched_.push_back(std::make_unique<Watched>());
    Watched* me = watched_.back().get();
    Go([this, number, lifo, me] {
      me->ThisIsMe();
      Acquire(s_, lifo);
      order_ += std::to_string(number);
      through_.fetch_add(1, std::memory_order_release);
    });
    me->AwaitParked(WaitReason::kSemacquire);
  }

  // Lets the next one through.
  void ReleaseOne() {
    const int before = through_.load();
    Release(s_);
    YieldUntil([&] { return through_.load(std::memory_order_acquire) == before + 1; });
  }

  const std::string& order() const { return order_; }

 private:
  Semaphore* s_;
  std::vector<std::unique_ptr<Watched>> watched_;
  std::string order_;  // written by one at a time
  std::atomic<int> through_{0};
};

TEST(Semaphore, CountsUpAndDownWithoutWaiters) {
  Semaphore s{2};
  Acquire(&s);
  Acquire(&s);
  EXPECT_EQ(s.load(), 0u);
  Release(&s);
  EXPECT_EQ(s.load(), 1u);
}

TEST(Semaphore, ServesInOrderOfArrival) {
  Semaphore s{0};
  Waiters waiters(&s);
  for (int i = 0; i < 5; ++i) waiters.Add(i, false);
  for (int i = 0; i < 5; ++i) waiters.ReleaseOne();
  EXPECT_EQ(waiters.order(), "01234");
  EXPECT_EQ(s.load(), 0u);
}

TEST(Semaphore, LifoGoesToTheFront) {
  Semaphore s{0};
  Waiters waiters(&s);
  waiters.Add(0, false);
  waiters.Add(1, true);
  waiters.Add(2, false);
  waiters.Add(3, true);
  for (int i = 0; i < 4; ++i) waiters.ReleaseOne();
  EXPECT_EQ(waiters.order(), "3102");
}

TEST(Semaphore, SemaphoresOfOneBucketDoNotMix) {
  // Words 251 * 8 bytes apart share a bucket.
  struct alignas(8) Far {
    Semaphore s{0};
    char pad[251 * 8 - sizeof(Semaphore)];
  };
  auto far = std::make_unique<Far[]>(3);
  Waiters a(&far[0].s), b(&far[1].s), c(&far[2].s);
  for (Waiters* w : {&b, &a, &c, &a, &b}) w->Add(1, false);
  b.ReleaseOne();
  b.ReleaseOne();
  EXPECT_EQ(b.order(), "11");
  EXPECT_EQ(a.order() + c.order(), "");
  a.ReleaseOne();
  c.ReleaseOne();
  a.ReleaseOne();
  EXPECT_EQ(a.order() + c.order(), "111");
}

TEST(Semaphore, HandoffGivesTheCountToTheWaiterForCertain) {
  for (int i = 0; i < 1000; ++i) {
    Semaphore s{0};
    Watched waiter;
    std::atomic<bool> through{false};
    Go([&] {
      waiter.ThisIsMe();
      Acquire(&s);
      through.store(true);
    });
    waiter.AwaitParked(WaitReason::kSemacquire);
    semrelease1(&s, /*handoff=*/true);
    // Taken on the waiter's behalf before it ran: nobody else could have had it.
    ASSERT_EQ(s.load(), 0u);
    YieldUntil([&] { return through.load(); });
  }
}

TEST(Semaphore, WakesPlainThreadsAndIsReleasedByThem) {
  Semaphore s{0};
  Semaphore back{0};
  Watched thread_watch;
  std::thread thread([&] {
    thread_watch.ThisIsMe();
    Acquire(&s);
    Release(&back);
    semrelease1(&back, /*handoff=*/true);
  });
  thread_watch.AwaitParked(WaitReason::kSemacquire);
  Release(&s);
  Acquire(&back);
  Acquire(&back);
  thread.join();
}

// A semaphore dies as soon as its last waiter says so, while the releaser may still be on its way out. For address sanitizer.
TEST(Semaphore, MayBeFreedByTheOneWhoWasLetGo) {
  for (int i = 0; i < 2000; ++i) {
    auto* s = new Semaphore(0);
    std::atomic<bool> freed{false};
    Go([&freed, s] {
      Acquire(s);
      delete s;
      freed.store(true);
    });
    if (i % 2 == 0) Gosched();
    Release(s);
    YieldUntil([&] { return freed.load(); });
  }
}

// Goroutines and threads push counts around a ring of semaphores. A lost wake-up stops the ring, a doubled one breaks the sum.
TEST(SemaphoreStress, NoWakeupIsLostOrDoubled) {
  const std::uint64_t seed = Seed();
  constexpr int kSemaphores = 7, kGoroutines = 12, kThreads = 3, kSteps = 3000;
  Semaphore ring[kSemaphores] = {};
  for (Semaphore& s : ring) s.store(2);
  std::atomic<int> running{kGoroutines + kThreads};
  auto work = [&](std::uint64_t own_seed) {
    std::mt19937_64 random(own_seed);
    for (int i = 0; i < kSteps; ++i) {
      const std::size_t at = random() % kSemaphores;
      const bool lifo = random() % 4 == 0;
      Acquire(&ring[at], lifo);
      if (random() % 8 == 0) Gosched();
      semrelease1(&ring[at], random() % 4 == 0);
    }
    running.fetch_sub(1);
  };
  for (int i = 0; i < kGoroutines; ++i) Go([&work, own = seed + i] { work(own); });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, seed + 1000 + i);
  YieldUntil([&] { return running.load() == 0; });
  for (std::thread& thread : threads) thread.join();
  for (Semaphore& s : ring) EXPECT_EQ(s.load(), 2u);
}

TEST(NotifyList, TicketCalledBeforeItsOwnerSleepsIsNotLost) {
  notifyList list{};
  const std::uint32_t first = notifyListAdd(&list);
  const std::uint32_t second = notifyListAdd(&list);
  notifyListNotifyOne(&list);
  notifyListWait(&list, first);  // returns: it was called
  notifyListNotifyAll(&list);
  notifyListWait(&list, second);
}

// Waits for its ticket and then writes down its number; those who are woken one after the other need no more order than `woken`.
struct Order {
  Watched watched[4];
  std::string numbers;
  std::atomic<std::size_t> woken{0};

  // Returns when it waits.
  void AddWaiter(notifyList* list, std::uint32_t ticket, int number) {
    Go([this, list, ticket, number] {
      watched[number].ThisIsMe();
      notifyListWait(list, ticket);
      numbers += std::to_string(number);
      woken.fetch_add(1, std::memory_order_release);
    });
    watched[number].AwaitParked(WaitReason::kSyncCondWait);
  }

  void NotifyOne(notifyList* list) {
    const std::size_t before = woken.load();
    notifyListNotifyOne(list);
    YieldUntil([&] { return woken.load(std::memory_order_acquire) == before + 1; });
  }
};

TEST(NotifyList, TicketsWrapAround) {
  notifyList list{};
  list.wait.store(0xffff'fffe);
  list.notify.store(0xffff'fffe);
  Order order;
  for (int i = 0; i < 4; ++i) order.AddWaiter(&list, notifyListAdd(&list), i);
  for (int i = 0; i < 4; ++i) order.NotifyOne(&list);
  EXPECT_EQ(order.numbers, "0123");
}

// The owner of a lower ticket may join the list later than that of a higher one.
TEST(NotifyList, CallsTicketsInOrderAlsoWhenTheListIsNot) {
  notifyList list{};
  const std::uint32_t tickets[] = {notifyListAdd(&list), notifyListAdd(&list), notifyListAdd(&list)};
  Order order;
  for (int i : {2, 0, 1}) order.AddWaiter(&list, tickets[i], i);
  for (int i = 0; i < 3; ++i) order.NotifyOne(&list);
  EXPECT_EQ(order.numbers, "012");
}

TEST(NotifyListStress, EveryTicketIsCalledOnce) {
  constexpr int kGoroutines = 10, kThreads = 2, kRounds = 2000;
  notifyList list{};
  std::atomic<int> woken{0};
  std::atomic<int> running{kGoroutines + kThreads};
  auto wait = [&] {
    for (int i = 0; i < kRounds; ++i) {
      notifyListWait(&list, notifyListAdd(&list));
      woken.fetch_add(1);
    }
    running.fetch_sub(1);
  };
  for (int i = 0; i < kGoroutines; ++i) Go(wait);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(wait);
  for (int i = 0; running.load() > 0; ++i) {
    i % 3 == 0 ? notifyListNotifyAll(&list) : notifyListNotifyOne(&list);
    Gosched();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(woken.load(), (kGoroutines + kThreads) * kRounds);
  EXPECT_EQ(list.head, nullptr);
  EXPECT_EQ(list.wait.load(), list.notify.load());
}

}  // namespace
}  // namespace gort::runtime
