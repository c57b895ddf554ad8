// The two shapes in which a context switch is measured, for any kind of context.
//
//   flat   two contexts that do nothing but switch: what most libraries quote. It flatters switches that leave by a jump.
//   deep   16 contexts running the same code, each parked 5 calls deep, resumed in turn: what servers do. After each
//          resumption the context returns through its 5 frames and calls down again, so a switch that unsettles the
//          processor's return predictor pays for every one of them.
//
// A Context type has:  Context(void (*body)(Context*));  void Resume();  (from outside)  void Yield();  (from inside)
// One Resume and one Yield are two switches.
#ifndef GORT_BENCHMARKS_SWITCH_SHAPES_H_
#define GORT_BENCHMARKS_SWITCH_SHAPES_H_

#include <memory>
#include <vector>

#include "benchmark/benchmark.h"

namespace gort::benchmarks {

inline constexpr int kDeepContexts = 16;
inline constexpr int kDeepFrames = 5;

template <class Context>
void FlatBody(Context* c) {
  for (;;) c->Yield();
}

template <class Context, int kDepth>
[[gnu::noinline]] int Descend(Context* c, int x) {
  if constexpr (kDepth == 0) {
    c->Yield();
    return x;
  } else {
    const int y = Descend<Context, kDepth - 1>(c, x + 1);
    benchmark::DoNotOptimize(x);  // no tail call: this frame stays
    return y + 1;
  }
}

template <class Context>
void DeepBody(Context* c) {
  int x = 0;
  for (;;) x = Descend<Context, kDeepFrames>(c, x);
}

// Time per switch, one way.
template <class Context>
void Flat(benchmark::State& state) {
  Context c(&FlatBody<Context>);
  for (auto _ : state) c.Resume();
  state.SetItemsProcessed(2 * state.iterations());
}

template <class Context>
void Deep(benchmark::State& state) {
  std::vector<std::unique_ptr<Context>> contexts;
  for (int i = 0; i < kDeepContexts; ++i) contexts.push_back(std::make_unique<Context>(&DeepBody<Context>));
  std::size_t next = 0;
  for (auto _ : state) contexts[next++ % kDeepContexts]->Resume();
  state.SetItemsProcessed(2 * state.iterations());
}

}  // namespace gort::benchmarks

#endif  // GORT_BENCHMARKS_SWITCH_SHAPES_H_
