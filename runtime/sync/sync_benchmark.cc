// The figures of package sync. sync_go_test.go beside it has the same loops in Go; run_sync.sh alternates the two.

#include <memory>

#include "benchmark/benchmark.h"
#include "gort/runtime/sync/mutex.h"
#include "gort/runtime/sync/pool.h"
#include "gort/runtime/sync/rwmutex.h"
#include "gort/runtime/sync/waitgroup.h"

namespace gort {
namespace {

// Runs `work(n)` on 8 goroutines, n so that all together make the iterations asked for; the time is of one iteration.
template <class Work>
void OnEightGoroutines(benchmark::State& state, Work work) {
  constexpr int kGoroutines = 8;
  constexpr int kBatch = 100'000;
  while (state.KeepRunningBatch(kGoroutines * kBatch)) {
    WaitGroup group;
    for (int i = 0; i < kGoroutines; ++i) {
      group.Go([&work] {
        for (int k = 0; k < kBatch; ++k) work();
      });
    }
    group.Wait();
  }
}

void MutexUncontended(benchmark::State& state) {
  Mutex mutex;
  for (auto _ : state) {
    mutex.Lock();
    benchmark::ClobberMemory();
    mutex.Unlock();
  }
}
BENCHMARK(MutexUncontended);

void MutexEightGoroutines(benchmark::State& state) {
  Mutex mutex;
  std::int64_t counter = 0;
  OnEightGoroutines(state, [&] {
    mutex.Lock();
    ++counter;
    mutex.Unlock();
  });
  benchmark::DoNotOptimize(counter);
}
BENCHMARK(MutexEightGoroutines)->UseRealTime();

void RWMutexRead(benchmark::State& state) {
  RWMutex mutex;
  for (auto _ : state) {
    mutex.RLock();
    benchmark::ClobberMemory();
    mutex.RUnlock();
  }
}
BENCHMARK(RWMutexRead);

void RWMutexReadEightGoroutines(benchmark::State& state) {
  RWMutex mutex;
  OnEightGoroutines(state, [&] {
    mutex.RLock();
    benchmark::ClobberMemory();
    mutex.RUnlock();
  });
}
BENCHMARK(RWMutexReadEightGoroutines)->UseRealTime();

void WaitGroupSpawnAndJoin1000(benchmark::State& state) {
  while (state.KeepRunningBatch(1000)) {
    WaitGroup group;
    for (int i = 0; i < 1000; ++i) group.Go([] {});
    group.Wait();
  }
}
BENCHMARK(WaitGroupSpawnAndJoin1000)->UseRealTime();

void WaitGroupSpawnAndJoinOne(benchmark::State& state) {
  for (auto _ : state) {
    WaitGroup group;
    group.Go([] {});
    group.Wait();
  }
}
BENCHMARK(WaitGroupSpawnAndJoinOne)->UseRealTime();

void PoolGetPut(benchmark::State& state) {
  Pool<int> pool(+[] { return std::make_unique<int>(); });
  for (auto _ : state) pool.Put(pool.Get());
}
BENCHMARK(PoolGetPut);

void PoolGetPutEightGoroutines(benchmark::State& state) {
  Pool<int> pool(+[] { return std::make_unique<int>(); });
  OnEightGoroutines(state, [&] { pool.Put(pool.Get()); });
}
BENCHMARK(PoolGetPutEightGoroutines)->UseRealTime();

}  // namespace
}  // namespace gort
