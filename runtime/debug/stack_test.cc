// gort::Stack: Go's format, for goroutines in every state, while others go on.

#include "gort/runtime/debug/stack.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "gort/gort.h"

namespace {

// No inlining, and no tail calls: the frames are what is tested.
#define FRAME [[gnu::noinline, gnu::noipa]]
#if defined(__clang__)
#undef FRAME
#define FRAME [[gnu::noinline]]
#endif

#if defined(__SANITIZE_THREAD__)
constexpr bool kThreadSanitizer = true;
#elif defined(__has_feature)
constexpr bool kThreadSanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool kThreadSanitizer = false;
#endif

std::atomic<int> sink{0};

FRAME void ReceiveForever(gort::Chan<int>& chan) {
  chan.Recv();
  sink.fetch_add(1);
}

FRAME void ComputeUntil(const std::atomic<bool>& done, std::atomic<int>* begun) {
  begun->fetch_add(1);
  while (!done.load()) sink.fetch_add(1);
}

FRAME void ReadInBlocking(int fd, std::atomic<int>* begun) {
  gort::Blocking([&] {
    begun->fetch_add(1);
    char byte;
    if (read(fd, &byte, 1) != 1) std::abort();  // SA_RESTART: no EINTR
  });
  sink.fetch_add(1);
}

FRAME std::string StackFromHere(bool all) {
  std::string text = gort::Stack(all);
  sink.fetch_add(1);
  return text;
}

// The blocks of a dump.
std::vector<std::string> Blocks(const std::string& text) {
  std::vector<std::string> blocks;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = text.find("\n\n", at);
    end = end == std::string::npos ? text.size() : end + 1;
    blocks.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return blocks;
}

// The block of a goroutine whose text has `word`; "" when there is none.
std::string BlockWith(const std::string& text, const std::string& word) {
  for (const std::string& block : Blocks(text)) {
    if (block.find(word) != std::string::npos) return block;
  }
  return "";
}

// Dumps until some block has both words: the state that is looked for comes, and nobody waits for a time.
std::string AwaitBlock(const std::string& word, const std::string& state) {
  for (;;) {
    const std::string block = BlockWith(gort::Stack(true), word);
    if (block.find(state) != std::string::npos) return block;
    gort::Gosched();
  }
}

TEST(Stack, OfTheCallerBeginsWithItsCaller) {
  const std::string text = StackFromHere(false);
  EXPECT_TRUE(std::regex_search(text, std::regex("^goroutine 1 \\[running\\]:\n.*StackFromHere\\(\\.\\.\\.\\)\n\t.+\n"))) << text;
  EXPECT_EQ(text.find("gort::runtime::"), std::string::npos) << text;
  EXPECT_EQ(Blocks(text).size(), 1U) << text;
}

TEST(Stack, SaysWhereAGoroutineWasCreated) {
  gort::Chan<std::string> result = gort::MakeChan<std::string>();
  gort::Go([&] { result.Send(StackFromHere(false)); });
  const std::string text = *result.Recv();
  EXPECT_TRUE(std::regex_search(text, std::regex("\ncreated by \\S*TestBody.* in goroutine 1\n\t.*stack_test\\.cc:[0-9]+\n$"))) << text;
}

TEST(Stack, ShowsWhatAParkedGoroutineCalled) {
  gort::Chan<int> chan = gort::MakeChan<int>();
  gort::WaitGroup done;
  done.Go([&] { ReceiveForever(chan); });
  const std::string block = AwaitBlock("ReceiveForever", "[chan receive]");
  EXPECT_TRUE(std::regex_search(block, std::regex("\n.*ReceiveForever\\(\\.\\.\\.\\)\n"))) << block;
  EXPECT_EQ(block.find("gopark"), std::string::npos) << block;
  chan.Close();
  done.Wait();
}

TEST(Stack, ShowsOneThatComputesOnAnotherThread) {
  if (kThreadSanitizer) GTEST_SKIP() << "skipped: a thread sanitizer does not like to be interrupted";
  const int procs = gort::GoMaxProcs(2);
  std::atomic<bool> stop{false};
  std::atomic<int> begun{0};
  gort::WaitGroup done;
  done.Go([&] { ComputeUntil(stop, &begun); });
  while (begun.load() == 0) gort::Gosched();
  const std::string block = AwaitBlock("ComputeUntil", "[running]");
  EXPECT_EQ(block.find("unavailable"), std::string::npos) << block;
  stop.store(true);
  done.Wait();
  gort::GoMaxProcs(procs);
}

TEST(Stack, ShowsOneInASystemCallAndDoesNotEndTheCall) {
  if (kThreadSanitizer) GTEST_SKIP() << "skipped: a thread sanitizer does not like to be interrupted";
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::atomic<int> begun{0};
  gort::WaitGroup done;
  for (int i = 0; i < 3; ++i) done.Go([&] { ReadInBlocking(ends[0], &begun); });
  while (begun.load() < 3) gort::Gosched();
  for (int i = 0; i < 20; ++i) AwaitBlock("ReadInBlocking", "[syscall");
  ASSERT_EQ(write(ends[1], "abc", 3), 3);
  done.Wait();
  close(ends[0]);
  close(ends[1]);
}

TEST(Stack, WorksOnAPlainThread) {
  std::string own, all;
  gort::Blocking([&] {
    std::thread([&] {
      own = StackFromHere(false);
      all = StackFromHere(true);
    }).join();
  });
  EXPECT_TRUE(std::regex_search(own, std::regex("^goroutine 0 \\[running\\]:\n.*StackFromHere"))) << own;
  EXPECT_NE(BlockWith(all, "goroutine 1 ["), "") << all;
}

TEST(Stack, OfManyIsCompleteAndInOrder) {
  constexpr int kMany = 300;
  gort::Chan<int> chan = gort::MakeChan<int>();
  gort::WaitGroup done;
  for (int i = 0; i < kMany; ++i) done.Go([&] { ReceiveForever(chan); });
  int parked = 0;
  std::string text;
  while (parked < kMany) {
    gort::Gosched();
    text = gort::Stack(true);
    parked = 0;
    for (const std::string& block : Blocks(text)) {
      parked += block.find("[chan receive]") != std::string::npos && block.find("ReceiveForever") != std::string::npos ? 1 : 0;
    }
  }
  std::uint64_t before = 0;
  for (const std::string& block : Blocks(text)) {
    const std::uint64_t goid = std::stoull(block.substr(sizeof("goroutine ") - 1));
    EXPECT_LT(before, goid) << block;
    before = goid;
  }
  chan.Close();
  done.Wait();
}

// Stops of the world, walks and wake-ups at the same time: nothing is torn and nobody is lost.
TEST(Stack, StressWhileEverybodyIsOnTheMove) {
  constexpr int kPairs = 8, kDumps = 30;
  std::atomic<bool> stop{false};
  gort::WaitGroup done;
  for (int i = 0; i < kPairs; ++i) {
    gort::Chan<int> chan = gort::MakeChan<int>();
    done.Go([&stop, chan] {
      while (!stop.load()) chan.Send(1);
      chan.Close();
    });
    done.Go([chan] {
      while (chan.Recv()) sink.fetch_add(1);
    });
  }
  gort::WaitGroup dumpers;
  for (int i = 0; i < 2; ++i) {
    dumpers.Go([&] {
      for (int n = 0; n < kDumps; ++n) EXPECT_GE(Blocks(gort::Stack(true)).size(), 2U);
    });
  }
  dumpers.Wait();
  stop.store(true);
  done.Wait();
}

}  // namespace
