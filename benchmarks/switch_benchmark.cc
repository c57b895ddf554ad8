// Our switches in the two shapes of switch_shapes.h. The peer is switch_boost_benchmark.cc; run_switch.sh compares them.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "gort/benchmarks/switch_shapes.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/sched/proc.h"
#include "gort/runtime/switch/switch.h"
#include "gort/stack/stack.h"

namespace gort::benchmarks {
namespace {

using runtime::gobuf;

// The bare switch: registers only, as Boost.Context's.
class Bare {
 public:
  explicit Bare(void (*body)(Bare*)) : stack_(runtime::stackalloc(64 * 1024)) {
    runtime::gostartcall(&inside_, nullptr, stack_, reinterpret_cast<void (*)(void*)>(body), this, 0);
  }
  ~Bare() { runtime::stackfree(stack_); }
  void Resume() { runtime::gobufswitch(&outside_, &inside_); }
  void Yield() { runtime::gobufswitch(&inside_, &outside_); }

 private:
  gobuf inside_{};
  gobuf outside_{};
  runtime::stack stack_;
};

BENCHMARK(Flat<Bare>);
BENCHMARK(Deep<Bare>);

// The whole path of the scheduler: goroutines that yield, some 5 frames deep; one Gosched is one switch.
[[gnu::noinline]] void YieldDeep(int depth) {
  if (depth == 0) {
    Gosched();
  } else {
    YieldDeep(depth - 1);
  }
  benchmark::DoNotOptimize(depth);
}

void Yield(benchmark::State& state) {
  const auto others = static_cast<int>(state.range(0)) - 1;
  const auto depth = static_cast<int>(state.range(1));
  // With one P every Gosched is a switch; and the library, which takes the thread's CPU time, stays on one thread.
  const int procs = GoMaxProcs(1);
  std::atomic<bool> stop = false;
  std::atomic<int> running = others;
  for (int i = 0; i < others; ++i) {
    Go([&] {
      while (!stop) YieldDeep(depth);
      --running;
    });
  }
  for (auto _ : state) YieldDeep(depth);
  state.SetItemsProcessed(state.iterations() * state.range(0));
  stop = true;
  while (running > 0) Gosched();
  GoMaxProcs(procs);
}
BENCHMARK(Yield)->Args({2, 0})->Args({16, 5})->Args({1000, 0});

}  // namespace
}  // namespace gort::benchmarks
