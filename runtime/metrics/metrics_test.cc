#include "gort/runtime/metrics/metrics.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <numeric>
#include <sstream>
#include <string>

#include "gort/gort.h"
#include "gtest/gtest.h"

namespace gort::metrics {
namespace {

Value ReadOne(std::string_view name) {
  Sample samples[] = {{name, {}}};
  Read(samples);
  return samples[0].value;
}

std::uint64_t Number(std::string_view name) { return ReadOne(name).Uint64(); }

std::uint64_t Count(std::string_view name) {
  const Value value = ReadOne(name);
  const auto& counts = value.Histogram().counts;
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// Lets others run until condition() holds.
template <class Condition>
void Until(Condition condition) {
  while (!condition()) Gosched();
}

TEST(Metrics, EachIsDescribedOnceAndReadsAsItsKind) {
  std::string_view last;
  for (const Description& description : All()) {
    EXPECT_LT(last, description.name);
    EXPECT_FALSE(description.description.empty()) << description.name;
    EXPECT_NE(description.name.find(':'), std::string_view::npos) << description.name;
    EXPECT_EQ(ReadOne(description.name).kind(), description.kind) << description.name;
    last = description.name;
  }
}

TEST(Metrics, HasGosNames) {
  for (const char* name :
       {"/sched/gomaxprocs:threads", "/sched/goroutines:goroutines", "/sched/goroutines-created:goroutines",
        "/sched/goroutines/not-in-go:goroutines", "/sched/goroutines/runnable:goroutines",
        "/sched/goroutines/running:goroutines", "/sched/goroutines/waiting:goroutines", "/sched/latencies:seconds",
        "/sched/pauses/stopping/other:seconds", "/sched/pauses/total/other:seconds", "/sched/threads/total:threads",
        "/sync/mutex/wait/total:seconds"}) {
    EXPECT_NE(ReadOne(name).kind(), Kind::kBad) << name;
  }
}

TEST(Metrics, AnUnknownNameIsBadAndTheOthersAreReadAllTheSame) {
  Sample samples[] = {{"/sched/nothing:goroutines", {}}, {"/sched/goroutines:goroutines", {}}, {"", {}}};
  Read(samples);
  EXPECT_EQ(samples[0].value.kind(), Kind::kBad);
  EXPECT_GE(samples[1].value.Uint64(), 1u);
  EXPECT_EQ(samples[2].value.kind(), Kind::kBad);
  EXPECT_THROW(samples[0].value.Uint64(), std::bad_variant_access);
  EXPECT_THROW(samples[1].value.Float64(), std::bad_variant_access);
}

TEST(Metrics, CountsGoroutinesByWhatTheyDo) {
  constexpr int kWaiting = 20;
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  const auto go_on = MakeChan<int>();
  WaitGroup all;
  for (int i = 0; i < kWaiting; ++i) all.Go([go_on] { go_on.Recv(); });
  all.Go([fd = fds[0]] {
    char byte;
    Blocking([&] { return read(fd, &byte, 1); });
  });
  Until([] { return Number("/sched/goroutines/waiting:goroutines") >= kWaiting; });
  Until([] { return Number("/sched/goroutines/not-in-go:goroutines") == 1; });
  EXPECT_GE(Number("/sched/goroutines/running:goroutines"), 1u);
  EXPECT_EQ(Number("/sched/goroutines:goroutines"), static_cast<std::uint64_t>(NumGoroutine()));
  EXPECT_EQ(write(fds[1], "x", 1), 1);
  go_on.Close();
  all.Wait();
  close(fds[0]);
  close(fds[1]);
}

TEST(Metrics, WhatWasCreatedStaysCounted) {
  const std::uint64_t before = Number("/sched/goroutines-created:goroutines");
  WaitGroup all;
  for (int i = 0; i < 100; ++i) all.Go([] {});
  all.Wait();
  EXPECT_GE(Number("/sched/goroutines-created:goroutines"), before + 100);
}

// One departure in eight is watched, exactly, for each goroutine; the last wait of each may be missing from the count.
TEST(Metrics, OneInEightYieldsIsALatency) {
  constexpr int kGoroutines = 4;
  constexpr int kYields = 800;
  const std::uint64_t before = Count("/sched/latencies:seconds");
  WaitGroup all;
  for (int i = 0; i < kGoroutines; ++i) {
    all.Go([] {
      for (int n = 0; n < kYields; ++n) Gosched();
    });
  }
  all.Wait();
  EXPECT_GE(Count("/sched/latencies:seconds") - before, std::uint64_t{kGoroutines * (kYields / 8 - 1)});
}

// Of each rendezvous one side waits.
TEST(Metrics, ParksAreEstimatedByReason) {
  constexpr int kRounds = 4000;
  const auto parks = [] {
    return Number("/gort/sched/parks/chan-receive:events") + Number("/gort/sched/parks/chan-send:events");
  };
  const std::uint64_t before = parks();
  const auto values = MakeChan<int>();
  Go([values] {
    for (int i = 0; i < kRounds; ++i) values.Send(i);
    values.Close();
  });
  while (values.Recv().has_value()) {
  }
  EXPECT_GE(parks() - before, std::uint64_t{kRounds - 32});
}

TEST(Metrics, WaitsForLocksAddUp) {
  constexpr int kGoroutines = 64;
  constexpr auto kHeld = std::chrono::milliseconds(2);
  const double before = ReadOne("/sync/mutex/wait/total:seconds").Float64();
  Mutex mutex;
  mutex.Lock();
  WaitGroup all;
  for (int i = 0; i < kGoroutines; ++i) {
    all.Go([&mutex] {
      mutex.Lock();
      mutex.Unlock();
    });
  }
  Until([] { return Number("/sched/goroutines/waiting:goroutines") >= kGoroutines; });
  const auto until = std::chrono::steady_clock::now() + kHeld;
  Until([until] { return std::chrono::steady_clock::now() >= until; });
  mutex.Unlock();
  all.Wait();
  // Some of them are watched, each for eight.
  EXPECT_GE(ReadOne("/sync/mutex/wait/total:seconds").Float64() - before, 8 * 0.002);
}

TEST(Metrics, EachTimerIsAsLateAsItIs) {
  const std::uint64_t before = Count("/gort/timers/late:seconds");
  for (int i = 0; i < 10; ++i) Sleep(std::chrono::microseconds(100));
  EXPECT_GE(Count("/gort/timers/late:seconds") - before, 10u);
}

TEST(Metrics, StoppingTheWorldIsMeasured) {
  const std::uint64_t stopping = Count("/sched/pauses/stopping/other:seconds");
  const std::uint64_t total = Count("/sched/pauses/total/other:seconds");
  const int procs = GoMaxProcs(0);
  GoMaxProcs(procs + 1);
  GoMaxProcs(procs);
  EXPECT_EQ(Count("/sched/pauses/stopping/other:seconds"), stopping + 2);
  EXPECT_EQ(Count("/sched/pauses/total/other:seconds"), total + 2);
  EXPECT_EQ(Number("/sched/gomaxprocs:threads"), static_cast<std::uint64_t>(procs));
}

TEST(Metrics, HistogramsHaveABoundMoreThanCounts) {
  const Value value = ReadOne("/sched/latencies:seconds");
  const Float64Histogram& histogram = value.Histogram();
  ASSERT_EQ(histogram.buckets.size(), histogram.counts.size() + 1);
  EXPECT_TRUE(std::is_sorted(histogram.buckets.begin(), histogram.buckets.end()));
  EXPECT_TRUE(std::isinf(histogram.buckets.front()) && std::isinf(histogram.buckets.back()));
}

TEST(Metrics, StacksInUseAreReserved) {
  EXPECT_GT(Number("/gort/stacks/in-use:bytes"), 0u);
  EXPECT_GE(Number("/gort/stacks/reserved:bytes"), Number("/gort/stacks/in-use:bytes"));
}

// Touches `bytes` of its stack.
[[gnu::noinline]] void UseStack(std::size_t bytes) {
  auto* memory = static_cast<volatile char*>(__builtin_alloca(bytes));
  for (std::size_t i = 0; i < bytes; i += 1024) memory[i] = 1;
}

// The same, and waits.
void UseStackAndWait(std::size_t bytes, Chan<int> touched, Chan<int> go_on) {
  UseStack(bytes);
  touched.Send(1);
  go_on.Recv();
}

// A class of stacks that nobody else uses here: no earlier goroutine's depth shows.
TEST(SpawnSites, ShowHowDeepTheStacksOfEachGoStatementWent) {
  constexpr std::size_t kDeep = 400 << 10;
  constexpr int kGoroutines = 5;
  const auto touched = MakeChan<int>();
  const auto go_on = MakeChan<int>();
  const GoOptions options = {.stack_size = 1 << 20};
  const std::uint32_t line = __LINE__ + 2;
  for (int i = 0; i < kGoroutines; ++i) {
    Go(options, [=] { UseStackAndWait(i == 0 ? kDeep : 1000, touched, go_on); });
  }
  for (int i = 0; i < kGoroutines; ++i) touched.Recv();

  const std::vector<SpawnSite> sites = SpawnSites();
  const auto ours = std::find_if(sites.begin(), sites.end(), [&](const SpawnSite& site) {
    return site.line == line && std::strstr(site.file, "metrics_test.cc") != nullptr;
  });
  ASSERT_NE(ours, sites.end());
  EXPECT_EQ(ours->goroutines, std::uint64_t{kGoroutines});
  EXPECT_GE(ours->max_stack_bytes, kDeep);
  EXPECT_LT(ours->max_stack_bytes, kDeep + (64 << 10));
  EXPECT_LE(ours->mean_stack_bytes, ours->max_stack_bytes);
  EXPECT_NE(SpawnSiteTable().find("metrics_test.cc:" + std::to_string(line)), std::string::npos);
  go_on.Close();
}

// The same stack serves both go statements, one goroutine after the other: with stacks=1, as metrics_stacks_test has it, the second
// does not inherit the first one's depth.
TEST(SpawnSites, AreExactWithStacks1) {
  const char* debug = std::getenv("GORT_DEBUG");
  if (debug == nullptr || std::strcmp(debug, "stacks=1") != 0) GTEST_SKIP() << "GORT_DEBUG is not stacks=1";
  constexpr std::size_t kDeep = 100 << 10;
  constexpr int kGoroutines = 20;
  const auto run = [](std::size_t bytes, std::uint32_t line) {
    const auto done = MakeChan<int>(kGoroutines);
    for (int i = 0; i < kGoroutines; ++i) {
      Go(
          [bytes, done] {
            UseStack(bytes);
            done.Send(1);
          },
          SourceLocation{__FILE__, "run", line});
    }
    for (int i = 0; i < kGoroutines; ++i) done.Recv();
  };
  run(kDeep, 1);
  run(1000, 2);
  // A goroutine counts as ended some instructions after its Send.
  const auto site = [](std::uint32_t at) {
    for (const SpawnSite& row : SpawnSites()) {
      if (std::string_view(row.function) == "run" && row.line == at) return row;
    }
    return SpawnSite{};
  };
  Until([&] { return site(1).ended == kGoroutines && site(2).ended == kGoroutines; });
  EXPECT_GE(site(1).max_stack_bytes, kDeep);
  EXPECT_GE(site(1).mean_stack_bytes, kDeep);
  EXPECT_LT(site(2).max_stack_bytes, kDeep / 2);
}

TEST(SpawnSites, HaveGoroutine1) {
  const std::vector<SpawnSite> sites = SpawnSites();
  EXPECT_TRUE(std::any_of(sites.begin(), sites.end(), [](const SpawnSite& site) {
    return std::string_view(site.function) == "main" && site.goroutines == 1;
  }));
}

TEST(MetricsText, IsAHelpATypeAndAValueForEach) {
  std::istringstream lines(Text());
  std::map<std::string, std::string> types;
  std::map<std::string, double> values;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("# TYPE ")) {
      const std::size_t space = line.find(' ', 7);
      types[line.substr(7, space - 7)] = line.substr(space + 1);
    } else if (!line.starts_with("# HELP ")) {
      const std::size_t space = line.rfind(' ');
      EXPECT_TRUE(values.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second) << line;
    }
  }
  EXPECT_EQ(types.size(), All().size());
  EXPECT_EQ(types["gort_sched_goroutines_goroutines"], "gauge");
  EXPECT_EQ(types["gort_sched_goroutines_created_goroutines_total"], "counter");
  EXPECT_EQ(types["gort_sched_latencies_seconds"], "histogram");
  EXPECT_EQ(types["gort_timers_late_seconds"], "histogram");
  EXPECT_GE(values["gort_sched_goroutines_goroutines"], 1);
  EXPECT_EQ(values["gort_sched_latencies_seconds_bucket{le=\"+Inf\"}"], values["gort_sched_latencies_seconds_count"]);
  EXPECT_TRUE(values.contains("gort_sched_latencies_seconds_bucket{le=\"1.024e-06\"}"));
}

}  // namespace
}  // namespace gort::metrics
