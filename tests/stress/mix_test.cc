// Everything at once: goroutines and threads that gort did not make do random things with channels, selects, timers, locks,
// contexts, groups, blocking calls and locked threads, while the number of Ps changes. What must hold whatever happens:
//
//   - tokens that are passed on are neither lost nor doubled,
//   - every question gets its answer, every wait comes to its end,
//   - what a lock guards is whole, what Stop prevented does not happen, what was caught is what was thrown,
//   - and at the end no goroutine is left.
//
// GORT_STRESS_SECONDS (default 1) says for how long, GORT_STRESS_SEED repeats a run, as far as the kernel does.

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gort/gort.h"
#include "gtest/gtest.h"

namespace gort {
namespace {

using Token = std::unique_ptr<int>;

struct Question {
  int number;
  Chan<int> answer;
};
int AnswerTo(int number) { return 2 * number + 1; }

std::int64_t FromEnvironment(const char* key, std::int64_t otherwise) {
  const char* text = std::getenv(key);
  return text != nullptr ? std::strtoll(text, nullptr, 0) : otherwise;
}

// What all share.
class Arena {
 public:
  explicit Arena(std::uint64_t seed) : seed(seed) {}

  void Check(bool holds, const char* sentence) {
    if (!holds) ADD_FAILURE() << sentence << ", GORT_STRESS_SEED=" << seed;
  }

  const std::uint64_t seed;
  const int procs = GoMaxProcs(0);
  const Chan<Token> lanes[4] = {MakeChan<Token>(), MakeChan<Token>(), MakeChan<Token>(1), MakeChan<Token>(16)};
  const Chan<Question> questions = MakeChan<Question>();
  std::atomic<bool> stop{false};
  Mutex mutex;
  std::int64_t a = 0, b = 0;  // equal under mutex
  RWMutex rw;
  std::int64_t c = 0, d = 0;  // equal under rw
  Mutex permit_mutex;
  Cond permit_given{permit_mutex};
  int permits = 0;
  std::vector<Token> home;  // tokens of those who have ended; guard: mutex
};

// One that does random things. On a goroutine or on a thread of its own.
class Actor {
 public:
  Actor(Arena* arena, std::uint64_t seed) : arena_(*arena), random_(seed) {}

  void Work() {
    while (!arena_.stop.load(std::memory_order_relaxed)) Step();
    std::lock_guard lock(arena_.mutex);
    for (Token& token : hand_) arena_.home.push_back(std::move(token));
  }

 private:
  using Action = void (Actor::*)();

  int Upto(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  const Chan<Token>& AnyLane() { return arena_.lanes[Upto(4)]; }
  absl::Duration Moment() { return absl::Microseconds(Upto(200)); }

  void Step() {
    static constexpr Action kOften[] = {&Actor::Pass,  &Actor::Take,  &Actor::PassOrTake, &Actor::Try,   &Actor::Ask,
                                        &Actor::Ask,   &Actor::Count, &Actor::ReadWrite,  &Actor::Yield, &Actor::Nap,
                                        &Actor::Alarm, &Actor::Call,  &Actor::Child,      &Actor::Throw};
    static constexpr Action kSometimes[] = {&Actor::Deadline, &Actor::Crew,  &Actor::Permit, &Actor::Away,
                                            &Actor::Stay,     &Actor::Leave, &Actor::Tick};
    static constexpr Action kRarely[] = {&Actor::Procs, &Actor::Burn};
    const int dice = Upto(400);
    if (dice == 0) {
      (this->*kRarely[Upto(std::size(kRarely))])();
    } else if (dice < 60) {
      (this->*kSometimes[Upto(std::size(kSometimes))])();
    } else {
      (this->*kOften[Upto(std::size(kOften))])();
    }
  }

  // ---- Channels and select ----

  void Pass() {
    if (hand_.empty()) return;
    if (Select(Send(AnyLane(), std::move(hand_.back())), Timeout(Moment())) == 0) {
      hand_.pop_back();
    } else {
      arena_.Check(hand_.back() != nullptr, "a send that timed out has moved its value");
    }
  }
  void Take() {
    std::optional<Token> token;
    if (Select(Recv(AnyLane(), token), Recv(AnyLane(), token), Timeout(Moment())) < 2) Keep(token);
  }
  void PassOrTake() {
    if (hand_.empty()) return;
    std::optional<Token> token;
    switch (Select(Send(AnyLane(), std::move(hand_.back())), Recv(AnyLane(), token), Default())) {
      case 0: hand_.pop_back(); break;
      case 1: Keep(token); break;
    }
  }
  void Try() {
    if (!hand_.empty() && AnyLane().TrySend(std::move(hand_.back()))) hand_.pop_back();
    RecvResult<Token> result = AnyLane().TryRecv();
    if (result.status == RecvStatus::kOk) Keep(result.value);
  }
  void Keep(std::optional<Token>& token) {
    arena_.Check(token.has_value() && *token != nullptr, "received nothing from a channel that is open");
    if (token.has_value()) hand_.push_back(*std::move(token));
  }
  // Without a time limit: if a wake-up is lost anywhere, this hangs.
  void Ask() {
    const Question question = {Upto(1000), MakeChan<int>(Upto(2))};
    arena_.questions.Send(question);
    arena_.Check(question.answer.Recv() == AnswerTo(question.number), "a wrong answer");
  }

  // ---- Locks ----

  void Count() {
    std::unique_lock lock(arena_.mutex, std::defer_lock);
    if (Upto(4) != 0) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return;
    }
    arena_.Check(arena_.a == arena_.b, "somebody was in the middle of what a Mutex guards");
    ++arena_.a;
    if (Upto(50) == 0) Yield();
    ++arena_.b;
  }
  void ReadWrite() {
    if (Upto(4) != 0) {
      std::shared_lock lock(arena_.rw);
      arena_.Check(arena_.c == arena_.d, "somebody was in the middle of what an RWMutex guards");
    } else {
      std::lock_guard lock(arena_.rw);
      ++arena_.c;
      if (Upto(20) == 0) Yield();
      ++arena_.d;
    }
  }
  void Permit() {
    Go([&arena = arena_] {
      std::lock_guard lock(arena.permit_mutex);
      ++arena.permits;
      arena.permit_given.Signal();
    });
    std::lock_guard lock(arena_.permit_mutex);
    while (arena_.permits == 0) arena_.permit_given.Wait();
    --arena_.permits;
  }

  // ---- Time and contexts ----

  void Nap() { Sleep(absl::Microseconds(Upto(60) - 5)); }
  void Alarm() {
    Timer timer(absl::Microseconds(Upto(50)));
    for (int i = Upto(3); i > 0; --i) timer.Reset(absl::Microseconds(Upto(50)));
    if (Upto(2) == 0) {
      timer.Stop();
      arena_.Check(timer.C().TryRecv().status == RecvStatus::kEmpty, "a value from a timer that was stopped");
    } else {
      arena_.Check(timer.C().Recv().has_value(), "no value from a timer");
    }
  }
  void Tick() {
    Ticker ticker(absl::Microseconds(20 + Upto(100)));
    for (int i = 0; i < 3; ++i) ticker.C().Recv();
    ticker.Stop();
    arena_.Check(ticker.C().TryRecv().status == RecvStatus::kEmpty, "a tick from a ticker that was stopped");
  }
  void Call() {
    const Chan<Unit> called = MakeChan<Unit>(1);
    const Timer timer = AfterFunc(absl::Microseconds(Upto(50)), [called] { called.Send({}); });
    if (Upto(2) == 0) Yield();
    if (!timer.Stop()) called.Recv();
    arena_.Check(called.TryRecv().status == RecvStatus::kEmpty, "called although stopped, or twice");
  }
  void Deadline() {
    auto [parent, cancel_parent] = WithCancelCause(Background());
    auto [ctx, cancel] = WithTimeout(parent, Moment());
    if (Upto(2) == 0) {
      Go([cancel_parent = cancel_parent] { cancel_parent(absl::AbortedError("stress")); });
    }
    std::optional<Token> token;
    if (Select(Recv(AnyLane(), token), Done(ctx)) == 0) {
      Keep(token);
      cancel();
    }
    ctx.Done().Recv();
    const absl::StatusCode code = ctx.Err().code();
    arena_.Check(code == absl::StatusCode::kCancelled || code == absl::StatusCode::kDeadlineExceeded,
                 "a context is done without an error");
  }

  // ---- Goroutines and threads ----

  void Yield() { Gosched(); }
  void Away() {
    Blocking([&] { usleep(Upto(200)); });
  }
  void Child() {
    const int number = Upto(1000);
    Task<int> task = Spawn([number] {
      if (number % 3 == 0) Gosched();
      if (number % 5 == 0) throw std::runtime_error(std::to_string(number));
      return AnswerTo(number);
    });
    if (Upto(3) == 0) Yield();
    try {
      const int answer = task.Join();
      arena_.Check(answer == AnswerTo(number) && number % 5 != 0, "a task's result");
    } catch (const std::runtime_error& error) {
      arena_.Check(error.what() == std::to_string(number), "another task's exception");
    }
  }
  void Crew() {
    Group group;
    group.SetLimit(1 + Upto(3));
    const int bad = Upto(6);
    for (int i = 0; i < 4; ++i) {
      group.Go([i, bad]() -> absl::Status {
        if (i == bad) return absl::AbortedError("bad");
        Gosched();
        return absl::OkStatus();
      });
    }
    arena_.Check(group.Wait().ok() == (bad >= 4), "a group's status");
  }
  void Throw() {
    const int number = Upto(1'000'000);
    try {
      throw number;
    } catch (int caught) {
      Upto(2) == 0 ? Ask() : Yield();
      try {
        throw;
      } catch (int again) {
        arena_.Check(caught == number && again == number, "somebody else's exception");
      }
    }
  }
  void Leave() {
    const Chan<int> left = MakeChan<int>();
    Go([left] {
      struct Last {
        Chan<int> left;
        ~Last() { left.Send(1); }
      } last{left};
      Gosched();
      Goexit();
    });
    left.Recv();
  }
  void Stay() {
    ThreadLock locked;
    const pid_t thread = gettid();
    for (int i = 0; i < 3; ++i) {
      Upto(2) == 0 ? Ask() : Nap();
      arena_.Check(gettid() == thread, "a locked goroutine has changed threads");
    }
    // Sometimes a goroutine ends locked, and its thread with it.
    if (Upto(4) == 0) Spawn([] { LockOSThread(); }).Join();
  }
  void Procs() { GoMaxProcs(1 + Upto(2 * arena_.procs)); }
  // Longer than a goroutine may compute before its P is taken.
  void Burn() {
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(Upto(15));
    while (std::chrono::steady_clock::now() < until) {
    }
  }

 public:
  void Give(Token token) { hand_.push_back(std::move(token)); }

 private:
  Arena& arena_;
  std::mt19937_64 random_;
  std::vector<Token> hand_;
};

void Answer(const Arena& arena) {
  for (Question& question : arena.questions) question.answer.Send(AnswerTo(question.number));
}

TEST(Mix, NothingIsLostAndEverythingEnds) {
  constexpr int kGoroutines = 24, kThreads = 3, kServers = 3, kTokens = 40;
  const std::uint64_t seed = static_cast<std::uint64_t>(FromEnvironment("GORT_STRESS_SEED", std::random_device()()));
  const auto duration = std::chrono::seconds(FromEnvironment("GORT_STRESS_SECONDS", 1));
  std::printf("GORT_STRESS_SEED=%llu\n", static_cast<unsigned long long>(seed));
  std::fflush(stdout);

  Arena arena(seed);
  std::vector<Actor> actors;
  for (int i = 0; i < kGoroutines + kThreads; ++i) actors.emplace_back(&arena, seed + static_cast<std::uint64_t>(i));
  for (int i = 0; i < kTokens; ++i) actors[i % actors.size()].Give(std::make_unique<int>(i));

  WaitGroup servers, goroutines;
  for (int i = 0; i < kServers; ++i) servers.Go([&] { Answer(arena); });
  for (int i = 0; i < kGoroutines; ++i) goroutines.Go([&actor = actors[i]] { actor.Work(); });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&actor = actors[kGoroutines + i]] { actor.Work(); });

  Sleep(duration);
  arena.stop = true;
  goroutines.Wait();
  for (std::thread& thread : threads) {
    Blocking([&] { thread.join(); });
  }
  arena.questions.Close();
  servers.Wait();
  GoMaxProcs(arena.procs);

  for (const Chan<Token>& lane : arena.lanes) {
    lane.Close();
    for (Token& token : lane) arena.home.push_back(std::move(token));
  }
  std::vector<int> seen(kTokens);
  for (const Token& token : arena.home) ++seen[*token];
  EXPECT_EQ(seen, std::vector<int>(kTokens, 1)) << "tokens were lost or doubled, GORT_STRESS_SEED=" << seed;
  EXPECT_EQ(arena.a, arena.b);
  EXPECT_EQ(arena.c, arena.d);
  while (NumGoroutine() != 1) Gosched();
  std::printf("%lld times the Mutex, %lld times the RWMutex\n", static_cast<long long>(arena.a),
              static_cast<long long>(arena.c));
}

}  // namespace
}  // namespace gort
