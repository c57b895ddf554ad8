// What an event costs: while nobody records, and while somebody does. Min of several rounds, in nanoseconds.
//
//     bazel run -c opt //runtime/trace:trace_benchmark

#include <cstdint>
#include <cstdio>

#include "gort/gort.h"
#include "gort/runtime/sched/trace.h"
#include "gort/runtime/sys/linux.h"
#include "gort/runtime/trace/annotation.h"
#include "gort/runtime/trace/trace.h"

namespace {

constexpr int kRounds = 40;
constexpr int kTimes = 20'000;

template <class F>
double Nanoseconds(F f) {
  std::int64_t best = INT64_MAX;
  for (int round = 0; round < kRounds; ++round) {
    const std::int64_t begin = gort::runtime::sys::Nanotime();
    f(kTimes);
    const std::int64_t took = gort::runtime::sys::Nanotime() - begin;
    if (took < best) best = took;
  }
  return static_cast<double>(best) / kTimes;
}

void Event(int n) {
  for (int i = 0; i < n; ++i) gort::runtime::traceEvent(gort::runtime::traceEv::kRegionEnd, 1, 2, 3);
}

// Two events: yield, start.
void Yield(int n) {
  for (int i = 0; i < n; ++i) gort::Gosched();
}

// Three events each way: ready, park, start.
void PingPong(int n) {
  gort::Chan<int> there = gort::MakeChan<int>();
  gort::Chan<int> back = gort::MakeChan<int>();
  gort::Go([=]() mutable {
    for (int v : there) back.Send(v);
  });
  for (int i = 0; i < n; ++i) {
    there.Send(i);
    back.Recv();
  }
  there.Close();
}

// Create, start, end, in seven slots.
void Spawn(int n) {
  gort::WaitGroup all;
  all.Add(n);
  for (int i = 0; i < n; ++i) {
    gort::Go([&] { all.Done(); });
    if (i % 64 == 0) gort::Gosched();
  }
  all.Wait();
}

void Message(int n) {
  for (int i = 0; i < n; ++i) gort::trace::Log("category", "a message of some length");
}

struct Row {
  const char* name;
  void (*run)(int);
  int events;
};
constexpr Row kRows[] = {
    {"event", &Event, 1}, {"yield", &Yield, 2}, {"ping_pong", &PingPong, 6}, {"spawn", &Spawn, 3}, {"log", &Message, 1},
};

}  // namespace

int main() {
  gort::GoMaxProcs(1);
  for (const Row& row : kRows) {
    const double off = Nanoseconds(row.run);
    if (!gort::trace::Start({.ring_bytes = 1 << 20, .mode = gort::trace::Mode::kKeepLast}).ok()) return 1;
    const double on = Nanoseconds(row.run);
    gort::trace::Stop();
    std::printf("%-10s off %7.1f  on %7.1f  an event %6.1f\n", row.name, off, on, (on - off) / row.events);
  }
}
