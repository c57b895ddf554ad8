// What channels and select cost.
//
//   GORT_MAXPROCS=1 bazel run -c opt //runtime/select:chan_benchmark
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "gort/runtime/channel/channel.h"
#include "gort/runtime/goroutine/goroutine.h"
#include "gort/runtime/select/select.h"

// The CPU time is the process's: a goroutine moves between threads, so one thread's clock says nothing.
#define GORT_BENCHMARK(f) BENCHMARK(f)->MeasureProcessCPUTime()->UseRealTime()

namespace gort {
namespace {

// There and back between two goroutines.
void BM_PingPong(benchmark::State& state) {
  const auto ping = MakeChan<int>();
  const auto pong = MakeChan<int>();
  Go([=] {
    for (int& v : ping) pong.Send(v);
    pong.Close();
  });
  for (auto _ : state) {
    ping.Send(1);
    benchmark::DoNotOptimize(pong.Recv());
  }
  ping.Close();
  pong.Recv();
}
GORT_BENCHMARK(BM_PingPong);

// From one goroutine to another through a buffer, for each value.
void BM_Buffered(benchmark::State& state) {
  const auto ch = MakeChan<int>(state.range(0));
  const auto done = MakeChan<Unit>();
  Go([=] {
    for (int& v : ch) benchmark::DoNotOptimize(v);
    done.Close();
  });
  for (auto _ : state) ch.Send(1);
  ch.Close();
  done.Recv();
}
GORT_BENCHMARK(BM_Buffered)->Arg(0)->Arg(1)->Arg(128);

// One goroutine alone: what a send and a receive cost that do not wait.
void BM_SendRecvAlone(benchmark::State& state) {
  const auto ch = MakeChan<int>(1);
  for (auto _ : state) {
    ch.Send(1);
    benchmark::DoNotOptimize(ch.Recv());
  }
}
GORT_BENCHMARK(BM_SendRecvAlone);

void BM_TryRecvNotReady(benchmark::State& state) {
  const auto ch = MakeChan<int>();
  for (auto _ : state) benchmark::DoNotOptimize(ch.TryRecv().status);
}
GORT_BENCHMARK(BM_TryRecvNotReady);

// A select that waits on four channels, to which another goroutine sends in turn.
void BM_Select4(benchmark::State& state) {
  Chan<int> ch[4];
  for (auto& c : ch) c = MakeChan<int>();
  const auto more = MakeChan<Unit>(1);
  const std::int64_t rounds = 4096;
  Go([=] {
    while (more.Recv()) {
      for (std::int64_t i = 0; i < rounds; ++i) ch[i & 3].Send(1);
    }
  });
  std::optional<int> v;
  std::int64_t left = 0;
  for (auto _ : state) {
    if (left == 0) {
      more.Send({});
      left = rounds;
    }
    --left;
    benchmark::DoNotOptimize(Select(Recv(ch[0], v), Recv(ch[1], v), Recv(ch[2], v), Recv(ch[3], v)));
  }
  for (; left > 0; --left) Select(Recv(ch[0], v), Recv(ch[1], v), Recv(ch[2], v), Recv(ch[3], v));
  more.Close();
}
GORT_BENCHMARK(BM_Select4);

void BM_SelectReady4(benchmark::State& state) {
  Chan<int> ch[4];
  for (auto& c : ch) {
    c = MakeChan<int>();
    c.Close();
  }
  std::optional<int> v;
  for (auto _ : state) benchmark::DoNotOptimize(Select(Recv(ch[0], v), Recv(ch[1], v), Recv(ch[2], v), Recv(ch[3], v)));
}
GORT_BENCHMARK(BM_SelectReady4);

void BM_SelectDefault(benchmark::State& state) {
  const auto ch = MakeChan<int>();
  std::optional<int> v;
  for (auto _ : state) benchmark::DoNotOptimize(Select(Recv(ch, v), Default()));
}
GORT_BENCHMARK(BM_SelectDefault);

// Ping-pong in which one side has a timeout that never comes.
void BM_PingPongWithTimeout(benchmark::State& state) {
  const auto ping = MakeChan<int>();
  const auto pong = MakeChan<int>();
  Go([=] {
    for (int& v : ping) pong.Send(v);
    pong.Close();
  });
  std::optional<int> v;
  for (auto _ : state) {
    ping.Send(1);
    benchmark::DoNotOptimize(Select(Recv(pong, v), Timeout(absl::Seconds(10))));
  }
  ping.Close();
  pong.Recv();
}
GORT_BENCHMARK(BM_PingPongWithTimeout);

void BM_MakeChan(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(MakeChan<int>(state.range(0)).hchan());
}
GORT_BENCHMARK(BM_MakeChan)->Arg(0)->Arg(10);

}  // namespace
}  // namespace gort
