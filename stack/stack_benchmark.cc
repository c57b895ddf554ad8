// What a stack costs: to reuse, to make, and to keep.
//
//   bazel run -c opt //stack:stack_benchmark
//   bazel run -c opt //stack:stack_benchmark -- --benchmark_filter=Live/1000000      (4.5 GB of memory)
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "gort/stack/stack.h"

namespace gort::runtime {
namespace {

// A number of kB in /proc/self/status, in bytes.
double StatusBytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.compare(0, key.size() + 1, key + ":") == 0) return std::stod(line.substr(key.size() + 1)) * 1024;
  }
  return 0;
}

double CountMappings() {
  std::ifstream maps("/proc/self/maps");
  double lines = 0;
  for (std::string line; std::getline(maps, line);) ++lines;
  return lines;
}

void BM_AllocFreeHot(benchmark::State& state) {
  stackinit({});
  StackCache cache{};
  for (auto _ : state) {
    const stack s = stackalloc(&cache, kDefaultStackBytes, nullptr);
    benchmark::DoNotOptimize(s.hi);
    stackfree(&cache, s);
  }
  StackCacheFlush(&cache);
}
BENCHMARK(BM_AllocFreeHot);

void BM_AllocFreeWithoutCache(benchmark::State& state) {
  stackinit({});
  for (auto _ : state) {
    const stack s = stackalloc(kDefaultStackBytes);
    benchmark::DoNotOptimize(s.hi);
    stackfree(s);
  }
}
BENCHMARK(BM_AllocFreeWithoutCache);

// All stacks of a batch live at once, as in "spawn a thousand, join a thousand": the magazines move to the pool and
// back.
void BM_AllocFreeBatch(benchmark::State& state) {
  stackinit({});
  StackCache cache{};
  std::vector<stack> stacks(state.range(0));
  for (auto _ : state) {
    for (stack& s : stacks) s = stackalloc(&cache, kDefaultStackBytes, nullptr);
    for (const stack& s : stacks) stackfree(&cache, s);
  }
  StackCacheFlush(&cache);
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_AllocFreeBatch)->Arg(1000);

// Stacks that were never used before, each touched where its g would be: time, memory and mappings of each.
void BM_Live(benchmark::State& state) {
  stackinit({});
  StackCache cache{};
  const auto count = static_cast<size_t>(state.range(0));
  const auto size_bytes = static_cast<size_t>(state.range(1));
  std::vector<stack> stacks(count, stack{1, 1});  // resident before the first look at the memory
  const double rss = StatusBytes("VmRSS"), page_tables = StatusBytes("VmPTE"), mappings = CountMappings();
  for (auto _ : state) {
    for (stack& s : stacks) {
      s = stackalloc(&cache, size_bytes, nullptr);
      if (s.hi == 0) {
        state.SkipWithError("no more stacks");
        return;
      }
      *reinterpret_cast<volatile uint64_t*>(s.hi - 448) = 1;
    }
  }
  const auto n = static_cast<double>(count);
  state.counters["rss_B_each"] = (StatusBytes("VmRSS") - rss) / n;
  state.counters["pagetable_B_each"] = (StatusBytes("VmPTE") - page_tables) / n;
  state.counters["mappings"] = CountMappings() - mappings;
  state.counters["each"] =
      benchmark::Counter(n, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(BM_Live)
    ->Args({100'000, kDefaultStackBytes})
    ->Args({100'000, 64 << 10})
    ->Args({1'000'000, kDefaultStackBytes})
    ->Iterations(1)  // a second one would find the stacks of the first
    ->Unit(benchmark::kMillisecond);

// Trimming free stacks of which 20 KiB were used.
void BM_Scavenge(benchmark::State& state) {
  stackinit({});
  std::vector<stack> stacks(1000);
  for (auto _ : state) {
    state.PauseTiming();
    for (stack& s : stacks) {
      s = stackalloc(kDefaultStackBytes);
      for (size_t depth = 1024; depth < 20480; depth += 4096) *reinterpret_cast<volatile char*>(s.hi - depth) = 1;
    }
    for (const stack& s : stacks) stackfree(s);
    state.ResumeTiming();
    benchmark::DoNotOptimize(StackScavenge(stacks.size() * kDefaultStackBytes));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(stacks.size()));
}
BENCHMARK(BM_Scavenge)->Iterations(20);

}  // namespace
}  // namespace gort::runtime
