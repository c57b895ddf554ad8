// Goal: a goroutine that yields in a prologue notices nothing of it, and yields only where it may.
// Method: the goroutine asks itself, through preemptone, and then calls checked code: the next prologue must yield, which
// preemptcount shows. Nothing here depends on time.
#include "gort/runtime/preempt/preempt.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "gort/gstruct/status.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sync/waitgroup.h"
#include "gort/runtime/preempt/checked.h"
#include "gort/runtime/sched/dump.h"
#include "gort/runtime/sched/pin.h"
#include "gort/runtime/sched/preempt.h"
#include "gort/runtime/sched/procs.h"
#include "gort/runtime/switch/switch.h"

namespace gort {
namespace {

using runtime::preemptcount;

// Whoever asks here, sysmon does not: a yield more would be one too many.
[[maybe_unused]] const bool sysmon_is_silent = (runtime::preemptasks = false, true);

// Asks the calling goroutine to yield at the next prologue that looks.
void Ask() {
  for (;;) {
    runtime::m* mp = runtime::getg()->m;
    runtime::p* pp = runtime::pin(mp);
    const bool asked = pp != nullptr && runtime::preemptone(pp);
    runtime::unpin(mp);
    if (asked) return;
    Gosched();  // the P was taken; waits for one
  }
}

// Runs `statement` and expects that the goroutine yields so often in it.
#define EXPECT_YIELDS(times, statement)         \
  do {                                          \
    const std::uint64_t before = preemptcount(); \
    statement;                                  \
    EXPECT_EQ(preemptcount() - before, times);  \
  } while (false)

// Other goroutines that wreck every register while somebody has yielded.
class Wreckers {
 public:
  Wreckers() {
    for (int i = 0; i < 2; ++i) {
      done_.Add(1);
      Go([this] {
        while (!stop_.load()) {
          asm volatile(
              "pcmpeqd %%xmm0, %%xmm0\n\tmovdqa %%xmm0, %%xmm1\n\tmovdqa %%xmm0, %%xmm2\n\tmovdqa %%xmm0, %%xmm3\n\t"
              "movdqa %%xmm0, %%xmm4\n\tmovdqa %%xmm0, %%xmm5\n\tmovdqa %%xmm0, %%xmm6\n\tmovdqa %%xmm0, %%xmm7\n\t"
              "movq $-1, %%rax\n\tmovq %%rax, %%rdi\n\tmovq %%rax, %%rsi\n\tmovq %%rax, %%rdx\n\tmovq %%rax, %%rcx\n\t"
              "movq %%rax, %%r8\n\tmovq %%rax, %%r9\n\tmovq %%rax, %%r10\n\tmovq %%rax, %%r11"
              ::: "rax", "rdi", "rsi", "rdx", "rcx", "r8", "r9", "r10", "r11", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5",
                  "xmm6", "xmm7");
          if (__builtin_cpu_supports("avx")) asm volatile(".byte 0xc5, 0xfc, 0x77" ::: "memory");  // vzeroall
          errno = EDOM;
          turns_.fetch_add(1);
          Gosched();
        }
        done_.Done();
      });
    }
  }
  ~Wreckers() {
    stop_.store(true);
    done_.Wait();
  }
  // Calls `checked` with a request pending, until a wrecker has had a turn meanwhile.
  template <typename F>
  void RunWhileYielded(F checked) const {
    for (const int before = turns_.load(); turns_.load() == before;) {
      Ask();
      EXPECT_YIELDS(1U, checked());
    }
  }

 private:
  std::atomic<bool> stop_{false};
  std::atomic<int> turns_{0};
  WaitGroup done_;
};

TEST(Preempt, ArgumentsInRegistersAndOnTheStackArrive) {
  const checked::InMemory s = {{15, 16, 17, 18, 19}};
  double expected = 21 * 21.5 + 20 * 20;
  for (int i = 1; i <= 6; ++i) expected += i * i;
  for (int i = 7; i <= 14; ++i) expected += i * (i + 0.5);
  for (int i = 15; i <= 19; ++i) expected += i * i;
  Wreckers().RunWhileYielded([&] {
    EXPECT_EQ(checked::WeighArguments(1, 2, 3, 4, 5, 6, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, s, 20, 21.5), expected);
  });
}

TEST(Preempt, ArgumentsOfAFunctionWithALargeFrameArrive) {
  Wreckers().RunWhileYielded(
      [] { EXPECT_EQ(checked::WeighArgumentsInALargeFrame(1, 2, 3, 4, 5, 6, 7.5, 8.5), 91 + 7 * 7.5 + 8 * 8.5); });
}

// clang cannot compile such functions with a check; gcc's have a form of their own (morestack.S).
TEST(Preempt, VariableArgumentsArrive) {
#if defined(__clang__)
  GTEST_SKIP() << "clang has no such functions with a check";
#endif
  double expected = 0;
  for (int i = 1; i <= 10; ++i) expected += i * (i * (i + 0.5));
  // Ten pairs: past the integer registers, the vector registers, and on to the stack.
  Wreckers().RunWhileYielded([expected] {
    EXPECT_EQ(checked::WeighVariableArguments(10, 1L, 1.5, 2L, 2.5, 3L, 3.5, 4L, 4.5, 5L, 5.5, 6L, 6.5, 7L, 7.5, 8L, 8.5, 9L,
                                              9.5, 10L, 10.5),
              expected);
  });
}

// The caller passes vectors in ymm registers, so it is compiled for AVX itself.
[[gnu::target("avx"), gnu::noinline]] double CallWithVectors() {
  return checked::WeighVectors(checked::Doubles4{1, 2, 3, 4}, checked::Doubles4{5, 6, 7, 8});
}

TEST(Preempt, TheUpperHalvesOfVectorRegistersArrive) {
  if (!__builtin_cpu_supports("avx")) GTEST_SKIP() << "skipped: the CPU has no AVX";
  Wreckers().RunWhileYielded([] { EXPECT_EQ(CallWithVectors(), 1 + 4 + 9 + 16 + 25 + 36 + 49 + 64); });
}

TEST(Preempt, AllocaWhileAskedGivesRoomOnTheStack) {
  const auto fill = [](long n, char* block) -> long {
    const auto at = reinterpret_cast<std::uintptr_t>(block);
    const runtime::stack bounds = runtime::getg()->stack;
    EXPECT_TRUE(at > bounds.lo && at + static_cast<std::uintptr_t>(n) < bounds.hi);
    std::memset(block, 1, static_cast<std::size_t>(n));
    static_cast<void>(checked::Sum(10));  // takes the request: yields below the block
    return std::count(block, block + n, 1);
  };
  // The request comes between the prologue and the allocation, whose comparison is one of its own.
  for (const long n : {1L, 100L, 5000L}) EXPECT_YIELDS(1U, EXPECT_EQ(checked::WithAlloca(n, &Ask, fill), n));
}

TEST(Preempt, AnExceptionPassesThroughFramesThatHaveYielded) {
  for (int depth = 0; depth < 5; ++depth) {
    int destroyed = 0;
    Ask();
    EXPECT_YIELDS(1U, EXPECT_THROW(checked::ThrowFrom(depth, 42, &destroyed), int));
    EXPECT_EQ(destroyed, depth + 1);
  }
}

TEST(Preempt, ExceptionsUnderConstantRequests) {
  std::atomic<bool> stop{false};
  std::thread asker([&stop] {
    while (!stop.load()) {
      for (std::int32_t i = 0; i < runtime::gomaxprocs.load(); ++i) runtime::preemptone(runtime::procat(i));
    }
  });
  for (const std::uint64_t before = preemptcount(); preemptcount() < before + 100;) {
    int destroyed = 0;
    try {
      checked::ThrowFrom(10, 7, &destroyed);
      ADD_FAILURE() << "nothing was thrown";
    } catch (int value) {
      EXPECT_EQ(value, 7);
    }
    EXPECT_EQ(destroyed, 11);
  }
  stop.store(true);
  asker.join();
}

// Not inlined: in one function the compiler takes errno's address once, and the yield may change the thread.
[[gnu::noinline]] int Errno() {
  asm volatile("");
  return errno;
}

TEST(Preempt, ErrnoIsTheGoroutinesOverAYield) {
  const Wreckers wreckers;
  Ask();
  errno = ERANGE;
  EXPECT_YIELDS(1U, static_cast<void>(checked::Sum(1)));
  EXPECT_EQ(Errno(), ERANGE);
}

// A traceback of a goroutine that is in a prologue shows that function and its callers.
// With one P, and that pinned, a goroutine that is runnable stays so while its frames are read.
TEST(Preempt, ATracebackPassesThroughThePrologue) {
  const int procs = GoMaxProcs(1);
  std::atomic<bool> done{false};
  std::string text;
  runtime::g* const gp = runtime::getg();
  Go([&] {
    for (bool dumped = false; !dumped; Gosched()) {
      runtime::m* mp = runtime::getg()->m;
      if (runtime::pin(mp) != nullptr && gp->atomicstatus.load() == runtime::kGrunnable) {
        testing::internal::CaptureStderr();
        runtime::DumpGoroutine(gp, nullptr);
        text = testing::internal::GetCapturedStderr();
        dumped = text.find("__morestack") != std::string::npos;  // and not in this goroutine's own Gosched
      }
      runtime::unpin(mp);
    }
    done.store(true);
  });
  const auto ask_and_sum = [](void*) {
    Ask();
    static_cast<void>(checked::Sum(1));
  };
  while (!done.load()) EXPECT_EQ(checked::Down(3, ask_and_sum, nullptr), 3);
  GoMaxProcs(procs);
  EXPECT_NE(text.find("gort::checked::Sum"), std::string::npos) << text;
  EXPECT_NE(text.find("gort::checked::Down"), std::string::npos) << text;
  EXPECT_NE(text.find("Preempt_ATracebackPassesThroughThePrologue_Test::TestBody"), std::string::npos) << text;
}

// --- where it must not yield ---------------------------------------------------------------------------------------------

TEST(Preempt, NoYieldWhileTheRuntimeNeedsTheP) {
  runtime::m* mp = runtime::getg()->m;
  while (runtime::pin(mp) == nullptr) {  // the P was taken; waits for one
    runtime::unpin(mp);
    Gosched();
    mp = runtime::getg()->m;
  }
  runtime::preemptone(mp->p);
  EXPECT_YIELDS(0U, EXPECT_EQ(checked::Sum(10), checked::ExpectedSum(10)));
  EXPECT_EQ(runtime::getg()->m, mp);
  runtime::unpin(mp);
}

TEST(Preempt, NoYieldOnTheSchedulersStack) {
  Ask();
  EXPECT_YIELDS(0U, runtime::systemstack([](void*) { static_cast<void>(checked::Sum(10)); }, nullptr));
}

TEST(Preempt, NoYieldInBlocking) {
  Ask();
  EXPECT_YIELDS(0U, Blocking([] { static_cast<void>(checked::Sum(10)); }));
}

TEST(Preempt, NoYieldInASignalHandlerOnItsOwnStack) {
  static std::uint64_t in_handler;
  struct sigaction action = {};
  action.sa_handler = [](int) {
    const std::uint64_t before = preemptcount();
    static_cast<void>(checked::Sum(10));
    in_handler = preemptcount() - before;
  };
  action.sa_flags = SA_ONSTACK;
  ASSERT_EQ(sigaction(SIGUSR1, &action, nullptr), 0);
  in_handler = 1;
  Ask();
  std::raise(SIGUSR1);
  EXPECT_EQ(in_handler, 0U);
}

TEST(Preempt, ARequestForAnotherGoroutineIsNotHeard) {
  Ask();
  runtime::getg()->stackguard0 = runtime::getg()->stack.lo + runtime::stackGuard;  // as if it were the next on this thread
  EXPECT_YIELDS(0U, static_cast<void>(checked::Sum(10)));
}

TEST(Preempt, APlainThreadNeverYields) {
  std::thread thread([] { EXPECT_EQ(checked::Sum(1000), checked::ExpectedSum(1000)); });
  EXPECT_EQ(checked::Sum(1000), checked::ExpectedSum(1000));
  Blocking([&] { thread.join(); });
}

// A channel moves values under its lock: a type whose move is checked code must not yield there.
struct MovesChecked {
  unsigned long n = 0;
  MovesChecked() = default;
  explicit MovesChecked(unsigned long value) : n(value) {}
  MovesChecked(MovesChecked&& other) noexcept : n(other.n) {
    EXPECT_EQ(checked::Sum(3), checked::ExpectedSum(3));
    other.n = 0;
  }
  MovesChecked& operator=(MovesChecked&& other) noexcept {
    n = other.n;
    return *this;
  }
};

TEST(Preempt, ChannelsOfTypesWithCheckedMovesUnderConstantRequests) {
  constexpr unsigned long kValues = 20000;
  std::atomic<bool> stop{false};
  std::thread asker([&stop] {
    while (!stop.load()) {
      for (std::int32_t i = 0; i < runtime::gomaxprocs.load(); ++i) runtime::preemptone(runtime::procat(i));
    }
  });
  auto ch = MakeChan<MovesChecked>(4);
  Go([ch]() mutable {
    for (unsigned long i = 1; i <= kValues; ++i) ch.Send(MovesChecked(i));
    ch.Close();
  });
  unsigned long sum = 0;
  for (;;) {
    auto value = ch.Recv();
    if (!value.has_value()) break;
    sum += value->n;
  }
  EXPECT_EQ(sum, kValues * (kValues + 1) / 2);
  stop.store(true);
  asker.join();
}

// --- many --------------------------------------------------------------------------------------------------------------------

TEST(Preempt, ManyGoroutinesUnderConstantRequests) {
  constexpr int kGoroutines = 16;
  constexpr std::uint64_t kYields = 1000;
  constexpr std::uint64_t kCalls = 100'000;
  const std::uint32_t seed = std::random_device{}();
  std::printf("seed %u\n", seed);
  std::atomic<bool> stop{false};
  std::thread asker([&stop] {
    while (!stop.load()) {
      for (std::int32_t i = 0; i < runtime::gomaxprocs.load(); ++i) runtime::preemptone(runtime::procat(i));
    }
  });
  const std::uint64_t before = preemptcount();
  std::atomic<std::uint64_t> calls{0};
  std::atomic<int> wrong{0};
  WaitGroup done;
  for (int i = 0; i < kGoroutines; ++i) {
    done.Add(1);
    Go([&, i] {
      std::mt19937 random(seed + static_cast<std::uint32_t>(i));
      while (calls.load() < kCalls || preemptcount() < before + kYields) {
        const unsigned long n = random() % 1000;
        if (checked::Sum(n) != checked::ExpectedSum(n)) wrong.fetch_add(1);
        calls.fetch_add(n);
      }
      done.Done();
    });
  }
  done.Wait();
  stop.store(true);
  asker.join();
  EXPECT_EQ(wrong.load(), 0) << "seed " << seed;
}

// --- what stays as it was -----------------------------------------------------------------------------------------------------

TEST(Preempt, OverflowInCheckedCodeGetsTheUsualReport) {
  EXPECT_EXIT(checked::Overflow(1), testing::ExitedWithCode(2), "fatal error: stack overflow");
}

}  // namespace
}  // namespace gort
