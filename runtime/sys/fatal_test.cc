#include "gort/runtime/sys/fatal.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "gort/runtime/sys/linux.h"
#include "gort/runtime/sys/print.h"
#include "gtest/gtest.h"

namespace gort::runtime::sys {
namespace {

// Each EXPECT_EXIT is a process of its own: what it does to signals and to the only turn ends with it.

// The processes below end by signals on purpose: without core files.
class FatalDeathTest : public ::testing::Test {
 protected:
  FatalDeathTest() {
    const rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
  }
};

void Say(const char* text) { Printer().Str(text).Char('\n'); }

TEST_F(FatalDeathTest, PrintsCallsTheHookAndExitsWithTwo) {
  EXPECT_EXIT(Fatal("it broke"), ::testing::ExitedWithCode(2), "^fatal error: it broke\n$");
  EXPECT_EXIT(
      {
        SetFatalHook([](const char* sentence) { Say(sentence); });
        Fatal("outer");
      },
      ::testing::ExitedWithCode(2), "^fatal error: outer\nouter\n$");
}

TEST_F(FatalDeathTest, AFailureOfTheReportIsOneLineAndTheEnd) {
  EXPECT_EXIT(
      {
        SetFatalHook([](const char*) { Fatal("inner"); });
        Fatal("outer");
      },
      ::testing::ExitedWithCode(2), "^fatal error: outer\n\nfatal error: fault while reporting: inner\n$");
}

TEST_F(FatalDeathTest, TheEndIsTheOneThatTheFirstFailureAskedFor) {
  EXPECT_EXIT(
      {
        BeginReport("first", SIGSEGV);
        BeginReport("second", 0);
      },
      ::testing::KilledBySignal(SIGSEGV), "^\nfatal error: fault while reporting: second\n$");
}

TEST_F(FatalDeathTest, EndsBySignalAlthoughTheSignalIsBlockedAndHandled) {
  EXPECT_EXIT(
      {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, nullptr);
        std::signal(SIGABRT, [](int) { Say("handled"); });
        SetReportAborts(true);
        Fatal("it broke");
      },
      ::testing::KilledBySignal(SIGABRT), "^fatal error: it broke\n$");
}

TEST_F(FatalDeathTest, OfManyThreadsThatFailOneSpeaks) {
  EXPECT_EXIT(
      {
        std::atomic<int> waiting{8};
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
          threads.emplace_back([&] {
            --waiting;
            while (waiting != 0) {
            }
            Fatal("only once");
          });
        }
        threads[0].join();
      },
      ::testing::ExitedWithCode(2), "^fatal error: only once\n$");
}

TEST_F(FatalDeathTest, WhoAwaitsAReportDoesNotCutItShort) {
  EXPECT_EXIT(
      {
        AwaitReport();  // nobody reports: returns
        std::thread reporter([] {
          BeginReport("failure", 0);
          std::atomic<bool> main_waits{false};
          std::thread([&] {
            main_waits = true;
            AwaitReport();
            _exit(1);
          }).detach();
          while (!main_waits) std::this_thread::yield();
          Say("all of it");
          EndReport();
        });
        reporter.join();
      },
      ::testing::ExitedWithCode(2), "^all of it\n$");
}

TEST_F(FatalDeathTest, AReaderThatIsGoneDoesNotChangeTheStatus) {
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  close(fds[0]);
  EXPECT_EXIT(
      {
        std::signal(SIGPIPE, SIG_DFL);
        dup2(fds[1], 2);
        Fatal("nobody reads this");
      },
      ::testing::ExitedWithCode(2), "");
  close(fds[1]);
}

// The watchdog is armed as it should be; for the test its time passes faster.
TEST_F(FatalDeathTest, AReportThatIsStuckEndsAllTheSame) {
  EXPECT_EXIT(
      {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, nullptr);
        BeginReport("failure", 0);
        Say("begun");
        itimerval timer;
        getitimer(ITIMER_REAL, &timer);
        if (timer.it_interval.tv_sec != 5 || timer.it_value.tv_sec > 5) _exit(1);
        timer.it_interval = timer.it_value = timeval{.tv_usec = 1000};
        setitimer(ITIMER_REAL, &timer, nullptr);
        for (;;) pause();
      },
      ::testing::ExitedWithCode(2), "^begun\n$");
}

}  // namespace
}  // namespace gort::runtime::sys
