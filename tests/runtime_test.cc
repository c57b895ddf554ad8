// The final test binary: GoogleTest behind our own entry point. Its main and every TEST run on goroutine 1, so each
// assertion here is made by a program that was started the way it tests for.
//
// What the start promises is compared in startup_checks.cc, which the other forms of a program share; what needs libc is here.

#include <gtest/gtest.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>

#include "gort/gort.h"
#include "gort/runtime/sched/globals.h"
#include "gort/runtime/sched/startup.h"
#include "gort/runtime/sys/auxv.h"
#include "gort/tests/startup_checks.h"

namespace gort {
namespace {

int constructed_argc = -1;

// libc passes main's arguments to constructors: they are the ones that our entry saw.
[[gnu::constructor]] void RememberArguments(int argc, char**, char**) { constructed_argc = argc; }

void Expect(const char* property, std::uintptr_t want, std::uintptr_t got) { EXPECT_EQ(want, got) << property; }

TEST(Startup, TheFilesEntryAddressIsOurEntry) { startup_checks::EntryAddress(&Expect); }

#if defined(__x86_64__)
TEST(Startup, TheCodeIsTheChainOfTheText) { startup_checks::EntryCode(&Expect); }
#endif

TEST(Startup, G0WasTheEntryStack) { startup_checks::G0AtEntry(&Expect); }

TEST(Startup, G0sGuardsMovedInMstart) { startup_checks::G0Now(&Expect); }

TEST(Startup, StepsRanInGosOrder) { startup_checks::StepOrder(&Expect); }

TEST(Startup, VectorsAreTheKernels) { startup_checks::Vectors(&Expect); }

TEST(Startup, MainIsGoroutineOne) { startup_checks::FirstGoroutine(&Expect); }

TEST(Startup, GoroutinesBeginWithGosFrame) { startup_checks::GoroutineEntry(&Expect); }

TEST(Startup, LibcSawTheSameVectors) {
  EXPECT_EQ(constructed_argc, runtime::argc);
  EXPECT_STREQ(program_invocation_name, runtime::argv[0]);
  const char* const* pair = runtime::envp;
  for (; *pair != nullptr; ++pair) {
    const char* equals = std::strchr(*pair, '=');
    if (equals == nullptr || std::strncmp(*pair, "GTEST_", 6) == 0) continue;
    EXPECT_STREQ(std::getenv(std::string(*pair, equals - *pair).c_str()), equals + 1) << *pair;
  }
  int entries = 0;
  for (const auto* entry = runtime::sys::AuxvAfter(runtime::envp); entry->type != runtime::sys::kAtNull; ++entry) {
    ++entries;
    if (entry->type == runtime::sys::kAtHwcap) continue;  // glibc answers with a set of its own on amd64
    EXPECT_EQ(getauxval(entry->type), entry->value) << "auxv type " << entry->type;
  }
  EXPECT_GT(entries, 10);
}

TEST(Startup, PageSizeAndCpusAreTheSystems) {
  EXPECT_EQ(runtime::physPageSize, static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(NumCPU(), runtime::ncpu);
  EXPECT_GE(NumCPU(), 1);
  EXPECT_LE(NumCPU(), sysconf(_SC_NPROCESSORS_CONF));
}

// The registers at entry reached libc: what ld.so wants called at exit is a function of ld.so, and a static program has none.
TEST(Startup, LibcsExitFunctionWasPassedOn) {
  const bool has_loader = getauxval(AT_BASE) != 0;
  EXPECT_EQ(runtime::startup.entry_rdx != 0, has_loader);
}

TEST(Goroutine, EveryTestBodyRunsOnGoroutineOne) {
  EXPECT_TRUE(OnGoroutine());
  EXPECT_EQ(Goid(), 1u);
}

TEST(Goroutine, MainHasTheStackThatRlimitPromises) {
  rlimit limit;
  ASSERT_EQ(getrlimit(RLIMIT_STACK, &limit), 0);
  const StackBounds bounds = CurrentStack();
  if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur < (1u << 20))
    GTEST_SKIP() << "RLIMIT_STACK is not an ordinary one";
  // All of it can be written to, down to what other frames need.
  const std::size_t room = (bounds.hi - bounds.lo) / 2;
  EXPECT_GE(room, (limit.rlim_cur / 2) - 4096);
  auto* memory = static_cast<volatile char*>(__builtin_alloca(room));
  for (std::size_t i = 0; i < room; i += 4096) memory[i] = 1;
  EXPECT_EQ(memory[0], 1);
}

TEST(Goroutine, OthersRunWhileMainYields) {
  std::atomic<int> sum = 0;
  for (int i = 1; i <= 10; ++i) Go([&sum, i] { sum += i; });
  while (NumGoroutine() > 1) Gosched();
  EXPECT_EQ(sum, 55);
}

TEST(Goroutine, ExceptionsOfTwoGoroutinesDoNotMeet) {
  std::string caught_there;
  try {
    throw std::runtime_error("main's");
  } catch (const std::runtime_error& here) {
    Go([&caught_there] {
      EXPECT_EQ(std::current_exception(), nullptr);
      try {
        throw std::runtime_error("the other's");
      } catch (const std::runtime_error& there) {
        Gosched();
        caught_there = there.what();
      }
    });
    while (NumGoroutine() > 1) Gosched();
    EXPECT_STREQ(here.what(), "main's");
    EXPECT_EQ(std::uncaught_exceptions(), 0);
    EXPECT_NE(std::current_exception(), nullptr);
  }
  EXPECT_EQ(caught_there, "the other's");
}

// Status and streams of the whole process are main's, also when goroutines are left behind.
TEST(ExitDeathTest, TheStatusIsWhatMainExitsWith) {
  // A program of its own: a fork of this one would have one of its threads and think that it has them all.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        Go([] {
          for (;;) Gosched();
        });
        Gosched();
        std::exit(7);
      },
      testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace gort
