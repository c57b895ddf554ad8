// What contexts, tasks, groups and semaphores cost; the loops' counterparts in Go are one line each (context, errgroup, semaphore).

#include <vector>

#include "benchmark/benchmark.h"
#include "gort/runtime/context/context.h"
#include "gort/runtime/group/group.h"
#include "gort/runtime/group/semaphore.h"
#include "gort/runtime/group/task.h"

namespace gort {
namespace {

void ContextWithCancel(benchmark::State& state) {
  auto [root, cancel_root] = WithCancel(Background());
  for (auto _ : state) {
    auto [ctx, cancel] = WithCancel(root);
    cancel();
  }
}
BENCHMARK(ContextWithCancel);

void ContextWithTimeout(benchmark::State& state) {
  auto [root, cancel_root] = WithCancel(Background());
  for (auto _ : state) {
    auto [ctx, cancel] = WithTimeout(root, absl::Hours(1));
    cancel();
  }
}
BENCHMARK(ContextWithTimeout);

// Cancels a parent with as many children as said.
void ContextCancelTree(benchmark::State& state) {
  for (auto _ : state) {
    auto [root, cancel] = WithCancel(Background());
    std::vector<Context> children;
    for (int i = 0; i < state.range(0); ++i) children.push_back(WithCancel(root).first);
    cancel();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(ContextCancelTree)->Arg(1000);

void ContextErr(benchmark::State& state) {
  auto [ctx, cancel] = WithCancel(Background());
  for (auto _ : state) benchmark::DoNotOptimize(ctx.Err().ok());
}
BENCHMARK(ContextErr);

void ContextValueTenDeep(benchmark::State& state) {
  static constexpr ContextKey<int> kKey("key");
  Context ctx = WithValue(Background(), kKey, 1);
  for (int i = 0; i < 9; ++i) ctx = WithValue(ctx, i, i);
  for (auto _ : state) benchmark::DoNotOptimize(ctx.Value(kKey));
}
BENCHMARK(ContextValueTenDeep);

void SpawnJoin(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(Spawn([] { return 1; }).Join());
}
BENCHMARK(SpawnJoin);

// A group that starts 1000 goroutines; per goroutine.
void GroupGo(benchmark::State& state) {
  while (state.KeepRunningBatch(1000)) {
    Group group;
    for (int i = 0; i < 1000; ++i) group.Go([] {});
    benchmark::DoNotOptimize(group.Wait().ok());
  }
}
BENCHMARK(GroupGo);

void SemaphoreUncontended(benchmark::State& state) {
  Semaphore semaphore(1);
  for (auto _ : state) {
    semaphore.Acquire(1);
    semaphore.Release(1);
  }
}
BENCHMARK(SemaphoreUncontended);

}  // namespace
}  // namespace gort
