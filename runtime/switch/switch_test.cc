// What a goroutine takes with it over a switch and what stays with the thread.

#include "gort/runtime/switch/switch.h"

#include <cerrno>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <execinfo.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gort/runtime/switch/test_m.h"
#include "gtest/gtest.h"

namespace gort::runtime {
namespace {

void OnAnotherThread(const std::function<void()>& f) { std::thread(f).join(); }

TEST(Gostartcall, EntersWithGosFrame) {
  alignas(16) static std::byte memory[1024];
  stack s = {reinterpret_cast<uintptr_t>(memory), reinterpret_cast<uintptr_t>(memory) + sizeof(memory)};
  gobuf buf{};
  gostartcall(&buf, nullptr, s, [](void*) {}, nullptr, 0x1234);
  EXPECT_EQ(buf.sp, s.hi - 40);
  EXPECT_EQ(*reinterpret_cast<uintptr_t*>(buf.sp), 0x1234u);
  EXPECT_EQ(buf.sp % 16, 8u) << "the ABI's alignment at a function's first instruction";
}

TEST(Mcall, ResumesWhereItParked) {
  TestM mp;
  std::string trace;
  TestG gp([&] {
    trace += "a";
    TestM::Park();
    trace += "c";
  });
  mp.Run(&gp);
  trace += "b";
  mp.Run(&gp);
  EXPECT_TRUE(gp.done());
  EXPECT_EQ(trace, "abc");
}

TEST(Mcall, KeepsCalleeSavedRegisters) {
  TestM mp;
  std::uint64_t got[6] = {};
  TestG gp([&] {
    std::uint64_t* out = got;
    // Values in every callee-saved register over a switch, during which another goroutine uses them all.
    asm volatile(
        "movq $11, %%rbx; movq $12, %%r12; movq $13, %%r13; movq $14, %%r14; movq $15, %%r15\n\t"
        "pushq %%rbp; movq $16, %%rbp; pushq %%rdi\n\t"
        "call *%%rsi\n\t"
        "popq %%rdi; movq %%rbp, 40(%%rdi); popq %%rbp\n\t"
        "movq %%rbx, (%%rdi); movq %%r12, 8(%%rdi); movq %%r13, 16(%%rdi); movq %%r14, 24(%%rdi); movq %%r15, 32(%%rdi)"
        : "+D"(out)
        : "S"(&TestM::Park)
        : "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
  });
  TestG other([] { asm volatile("" ::: "rbx", "r12", "r13", "r14", "r15"); });
  mp.Run(&gp);
  mp.Run(&other);
  mp.Run(&gp);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(got[i], 11u + static_cast<unsigned>(i));
}

TEST(Getg, FollowsTheGoroutine) {
  TestM mp;
  g* seen = nullptr;
  TestG gp([&] { seen = getg(); });
  EXPECT_EQ(getg(), nullptr) << "a thread that no M owns";
  mp.Run(&gp);
  EXPECT_EQ(seen, gp.get());
}

TEST(Systemstack, RunsOnG0AndComesBack) {
  TestM mp;
  struct Seen {
    g* inside;
    const void* address;
  } seen = {};
  g* after = nullptr;
  TestG gp([&] {
    systemstack(
        [](void* arg) {
          auto* s = static_cast<Seen*>(arg);
          s->inside = getg();
          s->address = __builtin_frame_address(0);
        },
        &seen);
    after = getg();
  });
  mp.Run(&gp);
  EXPECT_EQ(seen.inside, mp.get()->g0);
  EXPECT_FALSE(gp.Contains(seen.address));
  EXPECT_EQ(after, gp.get());
}

TEST(Systemstack, NestedCallIsPlain) {
  TestM mp;
  int depth = 0;
  TestG gp([&] {
    systemstack(
        [](void* arg) {
          ++*static_cast<int*>(arg);
          systemstack([](void* inner) { ++*static_cast<int*>(inner); }, arg);
        },
        &depth);
  });
  mp.Run(&gp);
  EXPECT_EQ(depth, 2);
}

// ---- Exceptions ------------------------------------------------------------------------------------------------------

TEST(Exceptions, AreCaughtOnTheGoroutine) {
  TestM mp;
  std::string what;
  TestG gp([&] {
    try {
      throw std::runtime_error("boom");
    } catch (const std::exception& e) {
      what = e.what();
    }
  });
  mp.Run(&gp);
  EXPECT_EQ(what, "boom");
}

TEST(Exceptions, CrossSystemstack) {
  TestM mp;
  std::string what;
  g* after = nullptr;
  TestG gp([&] {
    try {
      systemstack([](void*) { throw std::runtime_error("from g0"); }, nullptr);
    } catch (const std::exception& e) {
      what = e.what();
    }
    after = getg();
  });
  mp.Run(&gp);
  EXPECT_EQ(what, "from g0");
}

TEST(Exceptions, RethrowAfterParkingInCatchIsOnesOwn) {
  TestM mp;
  std::vector<std::string> got;
  auto body = [&](const char* text) {
    return [&got, text] {
      try {
        try {
          throw std::runtime_error(text);
        } catch (...) {
          TestM::Park();
          throw;  // without the swap this is whichever exception the thread handled last
        }
      } catch (const std::exception& e) {
        got.push_back(e.what());
      }
    };
  };
  TestG one(body("one"));
  TestG two(body("two"));
  mp.Run(&one);
  mp.Run(&two);
  mp.Run(&one);
  mp.Run(&two);
  EXPECT_EQ(got, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(std::current_exception(), nullptr) << "nothing is left on the thread";
}

TEST(Exceptions, ParkingWhileUnwindingKeepsTheCount) {
  TestM mp;
  std::vector<int> counts;
  struct ParkInDestructor {
    std::vector<int>* counts;
    ~ParkInDestructor() {
      counts->push_back(std::uncaught_exceptions());
      TestM::Park();
      counts->push_back(std::uncaught_exceptions());
    }
  };
  TestG gp([&] {
    try {
      ParkInDestructor p{&counts};
      throw 1;
    } catch (int) {
      counts.push_back(std::uncaught_exceptions());
    }
  });
  TestG other([&] { counts.push_back(std::uncaught_exceptions()); });
  mp.Run(&gp);
  EXPECT_EQ(std::uncaught_exceptions(), 0) << "the thread that ran it throws nothing";
  mp.Run(&other);
  mp.Run(&gp);
  EXPECT_EQ(counts, (std::vector<int>{1, 0, 1, 0}));
}

// ---- Another thread --------------------------------------------------------------------------------------------------

TEST(AnotherThread, ResumesInTheMiddleOfACatchBlock) {
  TestM here;
  std::string what;
  int first = 0;
  int second = 0;
  TestG gp([&] {
    try {
      try {
        throw std::runtime_error("carried");
      } catch (...) {
        first = gettid();
        TestM::Park();
        second = gettid();
        throw;
      }
    } catch (const std::exception& e) {
      what = e.what();
    }
  });
  here.Run(&gp);
  OnAnotherThread([&] {
    TestM there;
    there.Run(&gp);
  });
  EXPECT_TRUE(gp.done());
  EXPECT_EQ(what, "carried");
  EXPECT_NE(first, second);
}

TEST(AnotherThread, ResumesWhileUnwinding) {
  TestM here;
  int after = -1;
  bool caught = false;
  struct Park {
    int* after;
    ~Park() {
      TestM::Park();
      *after = std::uncaught_exceptions();
    }
  };
  TestG gp([&] {
    try {
      Park p{&after};
      throw 7;
    } catch (int) {
      caught = true;
    }
  });
  here.Run(&gp);
  OnAnotherThread([&] {
    TestM there;
    there.Run(&gp);
    EXPECT_EQ(std::uncaught_exceptions(), 0);
  });
  EXPECT_EQ(after, 1);
  EXPECT_TRUE(caught);
}

// ---- What stays with the thread: documented behaviour --------------------------------------------------------------------

// Called through a volatile pointer: the compiler knows that errno's address does not change within a function, and, when
// it sees into ErrnoAddress, that two calls give the same. That is the hazard; here we ask what is true at each moment.
int* ErrnoAddress() { return &errno; }
int* (*volatile errno_address)() = &ErrnoAddress;

TEST(ThreadState, ErrnoBelongsToTheThread) {
  TestM here;
  int* before = nullptr;
  int* after = nullptr;
  int value_after = -1;
  TestG gp([&] {
    before = errno_address();
    *before = 42;
    TestM::Park();
    after = errno_address();
    value_after = *after;
  });
  here.Run(&gp);
  OnAnotherThread([&] {
    *errno_address() = 7;
    TestM there;
    there.Run(&gp);
  });
  EXPECT_NE(before, after);
  EXPECT_EQ(value_after, 7) << "a goroutine that moved sees the new thread's errno";
}

thread_local int per_thread = 0;
int PerThread() { return per_thread; }
int (*volatile per_thread_value)() = &PerThread;

TEST(ThreadState, ThreadLocalsBelongToTheThread) {
  per_thread = 1;
  TestM here;
  int before = 0;
  int after = 0;
  TestG gp([&] {
    before = per_thread_value();
    TestM::Park();
    after = per_thread_value();
  });
  here.Run(&gp);
  OnAnotherThread([&] {
    per_thread = 2;
    TestM there;
    there.Run(&gp);
  });
  EXPECT_EQ(before, 1);
  EXPECT_EQ(after, 2);
}

// ---- Walks ---------------------------------------------------------------------------------------------------------------

TEST(Walks, BacktraceEndsAtTheEntry) {
  TestM mp;
  int frames = 0;
  TestG gp([&] {
    void* pcs[64];
    frames = backtrace(pcs, 64);
  });
  mp.Run(&gp);
  EXPECT_GT(frames, 2);
  EXPECT_LT(frames, 64) << "the walk left the goroutine";
}

TEST(Walks, BacktraceCrossesSystemstack) {
  TestM mp;
  struct Counts {
    int outside;
    int inside;
  } counts = {};
  TestG gp([&] {
    void* pcs[64];
    counts.outside = backtrace(pcs, 64);
    systemstack(
        [](void* arg) {
          void* inner[64];
          static_cast<Counts*>(arg)->inside = backtrace(inner, 64);
        },
        &counts);
  });
  mp.Run(&gp);
  EXPECT_GT(counts.inside, counts.outside) << "the goroutine's frames, systemstack's and the callee's";
  EXPECT_LT(counts.inside, 64);
}

// ---- The bare switch -----------------------------------------------------------------------------------------------------

TEST(Gobufswitch, TakesTurns) {
  alignas(16) static std::byte memory[64 * 1024];
  static gobuf here;
  static gobuf there;
  static int steps;
  static int increment = 3;
  stack s = {reinterpret_cast<uintptr_t>(memory), reinterpret_cast<uintptr_t>(memory) + sizeof(memory)};
  gostartcall(
      &there, nullptr, s,
      [](void* increment) {
        for (;;) {
          steps += *static_cast<int*>(increment);
          gobufswitch(&there, &here);
        }
      },
      &increment, 0);
  for (int i = 1; i <= 5; ++i) {
    gobufswitch(&here, &there);
    EXPECT_EQ(steps, 3 * i);
  }
}

TEST(McallDeathTest, OnG0IsTrapped) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        TestM mp;
        TestG gp([] { systemstack([](void*) { TestM::Park(); }, nullptr); });
        mp.Run(&gp);
      },
      [](int status) {
        // ud2; a sanitizer turns the signal into an exit of its own.
        return (WIFSIGNALED(status) && WTERMSIG(status) == SIGILL) || (GORT_FIBER_HOOKS && WIFEXITED(status));
      },
      "");
}

}  // namespace
}  // namespace gort::runtime
