// Each line of the public API, spelled as a user spells it. That this compiles is most of the test; each TEST also runs what it
// spells, once, and the chapters beside this file say what it means.

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gtest/gtest.h"

namespace {

using namespace std::chrono_literals;

// ---- What must, and what must not, compile --------------------------------------------------------------------------------

template <class From, class To>
concept Converts = requires(const From& from, To& to) { to = from; };

static_assert(Converts<gort::Chan<int>, gort::SendChan<int>>);
static_assert(Converts<gort::Chan<int>, gort::RecvChan<int>>);
static_assert(!Converts<gort::RecvChan<int>, gort::Chan<int>>);
static_assert(!Converts<gort::SendChan<int>, gort::Chan<int>>);
static_assert(!Converts<gort::RecvChan<int>, gort::SendChan<int>>);
static_assert(!std::constructible_from<gort::Chan<int>, gort::RecvChan<int>>);
static_assert(!std::constructible_from<gort::Chan<int>, gort::SendChan<int>>);
static_assert(!Converts<gort::Chan<int>, gort::RecvChan<long>>);

template <class C>
concept CanSend = requires(C& ch) { ch.Send(1); };
template <class C>
concept CanRecv = requires(C& ch) { ch.Recv(); };
template <class C>
concept CanClose = requires(C& ch) { ch.Close(); };
static_assert(CanSend<gort::SendChan<int>> && !CanRecv<gort::SendChan<int>> && CanClose<gort::SendChan<int>>);
static_assert(!CanSend<gort::RecvChan<int>> && CanRecv<gort::RecvChan<int>> && !CanClose<gort::RecvChan<int>>);

static_assert(std::copyable<gort::Chan<std::unique_ptr<int>>>, "a handle may be copied, whatever the channel carries");
static_assert(std::is_base_of_v<std::runtime_error, gort::PanicError>);
static_assert(std::movable<gort::Task<int>> && !std::copyable<gort::Task<int>>);
static_assert(!std::copyable<gort::Mutex> && !std::copyable<gort::RWMutex> && !std::copyable<gort::WaitGroup> &&
              !std::copyable<gort::Once> && !std::copyable<gort::Cond> && !std::copyable<gort::Semaphore> &&
              !std::copyable<gort::Group>);
static_assert(std::is_same_v<decltype(gort::MakeChan<int>()), gort::Chan<int>>);
static_assert(std::is_same_v<decltype(std::declval<gort::Chan<int>>().Recv()), std::optional<int>>);
static_assert(std::is_same_v<decltype(std::declval<gort::Chan<int>>().TryRecv()), gort::RecvResult<int>>);
static_assert(std::is_same_v<decltype(std::declval<gort::Chan<int>>().Len()), std::int64_t>);
static_assert(std::is_same_v<decltype(std::declval<gort::Chan<int>>().Cap()), std::int64_t>);
static_assert(std::is_same_v<decltype(gort::Goid()), std::uint64_t>);
static_assert(std::is_same_v<decltype(gort::After(1ns)), gort::RecvChan<absl::Time>>);
static_assert(std::is_same_v<decltype(std::declval<gort::Context>().Done()), gort::RecvChan<gort::Unit>>);

// ---- Goroutines -----------------------------------------------------------------------------------------------------------

TEST(Api, Goroutines) {
  gort::Chan<gort::Unit> done = gort::MakeChan<gort::Unit>();
  gort::Go([done] { done.Send({}); });
  gort::Go({.name = "named", .stack_size = 64 << 10}, [done] { done.Send({}); });
  gort::Go(gort::GoOptions{.name = "leaves"}, [done, owned = std::make_unique<int>(1)] {
    struct Say {
      gort::Chan<gort::Unit> done;
      ~Say() { done.Send({}); }
    } say{done};
    gort::Goexit();
  });
  for (int i = 0; i < 3; ++i) done.Recv();
  gort::Gosched();
  EXPECT_EQ(gort::Goid(), 1u);
  EXPECT_GE(gort::NumGoroutine(), 1);
  EXPECT_GE(gort::NumCPU(), 1);
  const int procs = gort::GoMaxProcs(0);
  EXPECT_EQ(gort::GoMaxProcs(procs), procs);
  gort::LockOSThread();
  gort::UnlockOSThread();
  { gort::ThreadLock locked; }
  EXPECT_EQ(gort::Blocking([] { return 42; }), 42);
  gort::Blocking([] {});
  EXPECT_TRUE(gort::OnGoroutine());
  const gort::StackBounds stack = gort::CurrentStack();
  const auto here = reinterpret_cast<std::uintptr_t>(&stack);
  EXPECT_TRUE(stack.lo < here && here < stack.hi);
  EXPECT_EQ(gort::Run([] { return 7; }), 7);
}

TEST(Api, Panics) {
  try {
    throw gort::PanicError("close of closed channel");
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "close of closed channel");
  }
}

// ---- Channels and select --------------------------------------------------------------------------------------------------

TEST(Api, Channels) {
  gort::Chan<std::string> nil;
  EXPECT_FALSE(nil);
  gort::Chan<std::string> ch = gort::MakeChan<std::string>(2);
  ASSERT_TRUE(ch);
  gort::SendChan<std::string> in = ch;
  gort::RecvChan<std::string> out = ch;
  EXPECT_TRUE(ch == ch && in == ch && out == ch && ch != nil);
  in.Send("one");
  std::string two = "two", three = "three";
  EXPECT_TRUE(ch.TrySend(std::move(two)));
  EXPECT_FALSE(ch.TrySend(std::move(three)));
  EXPECT_EQ(three, "three");
  EXPECT_EQ(ch.Len(), 2);
  EXPECT_EQ(ch.Cap(), 2);
  std::optional<std::string> first = out.Recv();
  EXPECT_EQ(first, "one");
  gort::RecvResult<std::string> second = out.TryRecv();
  EXPECT_EQ(second.status, gort::RecvResult<std::string>::kOk);
  EXPECT_EQ(second.value, "two");
  auto [status, value] = ch.TryRecv();
  EXPECT_EQ(status, gort::RecvStatus::kEmpty);
  EXPECT_FALSE(value.has_value());
  ch.Send("last");
  in.Close();
  for (std::string& v : ch) EXPECT_EQ(v, "last");
  for (std::string& v : out) ADD_FAILURE() << v;
  EXPECT_EQ(ch.TryRecv().status, gort::RecvStatus::kClosed);

  struct Owner {  // neither a default constructor nor copies
    explicit Owner(int v) : p(std::make_unique<int>(v)) {}
    std::unique_ptr<int> p;
  };
  gort::Chan<Owner> owners = gort::MakeChan<Owner>(1);
  owners.Send(Owner(5));
  EXPECT_EQ(*owners.Recv()->p, 5);
}

TEST(Api, Select) {
  gort::Chan<int> in = gort::MakeChan<int>(1);
  gort::Chan<std::unique_ptr<int>> out = gort::MakeChan<std::unique_ptr<int>>(1);
  auto [ctx, cancel] = gort::WithCancel(gort::Background());
  std::optional<int> v;
  auto x = std::make_unique<int>(1);
  switch (gort::Select(gort::Recv(in, v), gort::Send(out, std::move(x)), gort::Timeout(absl::Milliseconds(50)),
                       gort::Done(ctx))) {
    case 1: EXPECT_EQ(x, nullptr); break;
    default: ADD_FAILURE() << "only the send was ready";
  }
  EXPECT_EQ(gort::Select(gort::Recv(in, v), gort::Default()), 1);
  EXPECT_EQ(gort::Select(gort::Recv(in, v), gort::Timeout(1ms)), 1);
  cancel();
  EXPECT_EQ(gort::Select(gort::Recv(gort::RecvChan<int>(in), v), gort::Done(ctx)), 1);
  EXPECT_EQ(gort::Select(gort::Send(gort::SendChan<int>(in), 3)), 0);

  std::vector<gort::SelectCase> cases = {gort::Timeout(absl::InfiniteDuration()), gort::Recv(in, v)};
  EXPECT_EQ(gort::Select(std::span<gort::SelectCase>(cases)), 1);
  EXPECT_EQ(v, 3);
}

// ---- Sync -----------------------------------------------------------------------------------------------------------------

TEST(Api, Locks) {
  gort::Mutex mutex;
  mutex.Lock();
  EXPECT_FALSE(mutex.TryLock());
  mutex.Unlock();
  { std::lock_guard lock(mutex); }
  { std::unique_lock<gort::Mutex> lock(mutex, std::try_to_lock); }
  gort::RWMutex rw;
  rw.Lock();
  EXPECT_FALSE(rw.TryRLock());
  rw.Unlock();
  rw.RLock();
  EXPECT_FALSE(rw.TryLock());
  rw.RUnlock();
  { std::shared_lock<gort::RWMutex> lock(rw); }
  { std::scoped_lock both(mutex, rw); }
}

TEST(Api, WaitGroupOnceCond) {
  gort::WaitGroup wg;
  wg.Add(1);
  gort::Go([&] { wg.Done(); });
  wg.Go([] {});
  wg.Wait();
  gort::Once once;
  int calls = 0;
  for (int i = 0; i < 2; ++i) once.Do([&] { ++calls; });
  EXPECT_EQ(calls, 1);
  gort::Mutex mutex;
  gort::Cond cond(mutex);
  bool ready = false;
  gort::Go([&] {
    std::lock_guard<gort::Mutex> lock(mutex);
    ready = true;
    cond.Signal();
    cond.Broadcast();
  });
  std::unique_lock<gort::Mutex> lock(mutex);
  while (!ready) cond.Wait();
}

TEST(Api, SemaphoreGroupTask) {
  gort::Semaphore semaphore(3);
  EXPECT_TRUE(semaphore.Acquire(gort::Background(), 2).ok());
  EXPECT_FALSE(semaphore.TryAcquire(2));
  semaphore.Release(2);

  gort::Group plain;
  plain.SetLimit(2);
  plain.Go([] {});
  plain.Go([]() -> absl::Status { return absl::OkStatus(); });
  EXPECT_TRUE(plain.Wait().ok());

  gort::Group group(gort::Background());
  EXPECT_TRUE(group.TryGo([] { return absl::InternalError("no"); }));
  absl::Status status = group.Wait();
  EXPECT_EQ(status.message(), "no");
  gort::Context context = group.context();
  EXPECT_FALSE(context.Err().ok());

  gort::Task<int> task = gort::Spawn([] { return 6; });
  gort::Task<int> moved = std::move(task);
  EXPECT_EQ(moved.Join() + gort::Spawn<int>([] { return short{1}; }).Join(), 7);
  gort::Task<void> nothing = gort::Spawn([] {});
  nothing.Join();
}

// ---- Time and context -----------------------------------------------------------------------------------------------------

TEST(Api, Time) {
  gort::Sleep(absl::Microseconds(1));
  gort::Sleep(1us);
  gort::RecvChan<absl::Time> after = gort::After(absl::Microseconds(1));
  std::optional<absl::Time> at = after.Recv();
  EXPECT_TRUE(at.has_value());
  EXPECT_TRUE(gort::After(1us).Recv().has_value());
  gort::Timer timer(absl::Hours(1));
  gort::RecvChan<absl::Time> c = timer.C();
  EXPECT_TRUE(timer.Stop());
  EXPECT_FALSE(timer.Reset(absl::Microseconds(1)));
  EXPECT_TRUE(c.Recv().has_value());
  gort::Timer chrono_timer(1h);
  EXPECT_TRUE(chrono_timer.Reset(2h));
  EXPECT_TRUE(chrono_timer.Stop());
  gort::Ticker ticker(absl::Microseconds(1));
  EXPECT_TRUE(ticker.C().Recv().has_value());
  ticker.Reset(1h);
  ticker.Reset(absl::Hours(1));
  ticker.Stop();
  gort::Ticker chrono_ticker(1h);
  chrono_ticker.Stop();
  gort::Chan<int> fired = gort::MakeChan<int>(2);
  gort::Timer f = gort::AfterFunc(absl::Microseconds(1), [fired] { fired.Send(1); });
  gort::AfterFunc(1us, [fired] { fired.Send(2); });
  EXPECT_EQ(*fired.Recv() + *fired.Recv(), 3);
  EXPECT_FALSE(f.C());
}

TEST(Api, Contexts) {
  gort::Context background = gort::Background();
  auto [ctx, cancel] = gort::WithCancel(background);
  auto [causes, cancel_cause] = gort::WithCancelCause(ctx);
  auto [soon, cancel_soon] = gort::WithTimeout(ctx, absl::Hours(1));
  auto [soon2, cancel_soon2] = gort::WithTimeout(ctx, 1h);
  auto [until, cancel_until] = gort::WithDeadline(ctx, absl::Now() + absl::Hours(1));
  auto [until2, cancel_until2] = gort::WithDeadline(ctx, std::chrono::system_clock::now() + 1h);
  gort::Context valued = gort::WithValue(until, std::string("key"), 5);
  gort::Context free = gort::WithoutCancel(valued);

  std::optional<absl::Time> deadline = valued.Deadline();
  EXPECT_TRUE(deadline.has_value());
  EXPECT_TRUE(valued.Value(std::string("key")).has_value());
  gort::Chan<int> ran = gort::MakeChan<int>(1);
  auto stop = gort::ContextAfterFunc(valued, [ran] { ran.Send(1); });
  EXPECT_TRUE(valued.Err().ok());
  cancel_cause(absl::AbortedError("why"));
  EXPECT_EQ(causes.Cause(), absl::AbortedError("why"));
  cancel();
  EXPECT_FALSE(valued.Done().Recv().has_value());
  EXPECT_EQ(valued.Err().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ran.Recv(), 1);
  EXPECT_FALSE(stop());
  EXPECT_TRUE(free.Err().ok());
  cancel_soon();
  cancel_soon2();
  cancel_until();
  cancel_until2();
}

// ---- Threads that gort did not make -----------------------------------------------------------------------------------------

TEST(Api, AnyThreadMayCallIn) {
  gort::Chan<int> ch = gort::MakeChan<int>(), out = gort::MakeChan<int>();
  std::thread thread([ch, out] {
    gort::Go([ch] { ch.Send(1); });
    std::optional<int> v;
    gort::Select(gort::Recv(ch, v), gort::Timeout(absl::InfiniteDuration()));
    gort::Mutex mutex;
    std::lock_guard lock(mutex);
    gort::WaitGroup wg;
    wg.Go([] {});
    wg.Wait();
    gort::Sleep(1us);
    EXPECT_FALSE(gort::OnGoroutine());
    out.Send(*v + 1);
  });
  EXPECT_EQ(out.Recv(), 2);
  gort::Blocking([&] { thread.join(); });
}

}  // namespace
