// What timers cost, on one thread, with and without 100,000 others in the same heap; and how late sleepers wake.
//
//   bazel run -c opt //runtime/time:time_benchmark
//   GORT_MAXPROCS=2 bazel run -c opt //runtime/time:time_benchmark -- --benchmark_filter=Sleepers

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <deque>
#include <random>
#include <vector>

#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/time/time.h"
#include "gort/runtime/timer/sleep.h"
#include "gort/runtime/timer/timer.h"

namespace gort {
namespace {

constexpr absl::Duration kLong = absl::Hours(1);

void Nothing(void*, std::uintptr_t, std::int64_t) {}

// Timers that wait in the caller's heap, due within an hour after kLong.
class Resident {
 public:
  explicit Resident(std::int64_t count) : all_(count) {
    std::mt19937_64 random(1);
    for (runtime::timer& t : all_) {
      runtime::timerinit(&t, &Nothing, nullptr);
      runtime::timerreset(&t, runtime::timerafter(3'600'000'000'000 + random() % 3'600'000'000'000), 0);
    }
  }
  ~Resident() {
    for (runtime::timer& t : all_) runtime::timerstopwait(&t);
  }

 private:
  std::deque<runtime::timer> all_;
};

// A timer in a frame, as Sleep and select have: one of those that wait longest, or any.
void BM_FrameTimer(benchmark::State& state) {
  Resident resident(state.range(0));
  std::minstd_rand random(1);
  for (auto _ : state) {
    runtime::timer t;
    runtime::timerinit(&t, &Nothing, nullptr);
    runtime::timerreset(&t, runtime::timerafter(3'600'000'000'000 + std::int64_t{random()} * 1'500), 0);
    runtime::timerstop(&t);
  }
}
BENCHMARK(BM_FrameTimer)->Arg(0)->Arg(100'000);

void BM_Timer(benchmark::State& state) {
  Resident resident(state.range(0));
  for (auto _ : state) Timer(kLong).Stop();
}
BENCHMARK(BM_Timer)->Arg(0)->Arg(100'000);

void BM_TimerReset(benchmark::State& state) {
  Resident resident(state.range(0));
  Timer timer(kLong);
  for (auto _ : state) timer.Reset(kLong);
}
BENCHMARK(BM_TimerReset)->Arg(0)->Arg(100'000);

void BM_AfterFunc(benchmark::State& state) {
  Resident resident(state.range(0));
  for (auto _ : state) AfterFunc(kLong, [] {}).Stop();
}
BENCHMARK(BM_AfterFunc)->Arg(0)->Arg(100'000);

void BM_Nanotime(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(runtime::sys::Nanotime());
}
BENCHMARK(BM_Nanotime);

std::int64_t CpuNs() {
  timespec ts;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
  return ts.tv_sec * 1'000'000'000 + ts.tv_nsec;
}

// Goroutines that sleep 1 to 1000 ms each, all started at once: CPU time of all of it, and how late they woke.
void BM_Sleepers(benchmark::State& state) {
  const std::int64_t count = state.range(0);
  for (auto _ : state) {
    std::mt19937 random(1);
    std::vector<std::int64_t> late_ns(count);
    std::atomic<std::int64_t> left{count};
    const std::int64_t cpu = CpuNs();
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t ns = 1'000'000 + random() % 999'000'000;
      Go([ns, late = &late_ns[i], &left] {
        const std::int64_t until = runtime::sys::Nanotime() + ns;
        runtime::timeSleep(ns);
        *late = runtime::sys::Nanotime() - until;
        --left;
      });
    }
    while (left > 0) Sleep(absl::Milliseconds(10));
    state.counters["cpu_ms"] = static_cast<double>(CpuNs() - cpu) / 1e6;
    std::sort(late_ns.begin(), late_ns.end());
    state.counters["p50_late_us"] = static_cast<double>(late_ns[count / 2]) / 1e3;
    state.counters["p99_late_us"] = static_cast<double>(late_ns[count * 99 / 100]) / 1e3;
    state.counters["min_late_us"] = static_cast<double>(late_ns[0]) / 1e3;
  }
}
BENCHMARK(BM_Sleepers)->Arg(100'000)->Iterations(1)->Repetitions(3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gort
