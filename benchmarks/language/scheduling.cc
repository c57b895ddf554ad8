// Yielding, and starting goroutines that do nothing.

#include "gort/benchmarks/language/language.h"
#include "gort/gort.h"

namespace gort::language {
namespace {

template <int kGoroutines>
void Yield() {
  PrintNsPerOperation(3'000'000, [](std::int64_t n) {
    WaitGroup all;
    for (int i = 0; i < kGoroutines; ++i) {
      all.Go([n] {
        for (std::int64_t k = n / kGoroutines; k > 0; --k) Gosched();
      });
    }
    all.Wait();
  });
}

// Batches of 1000, joined together.
void Spawn1000() {
  PrintNsPerOperation(1'000'000, [](std::int64_t n) {
    for (; n > 0; n -= 1000) {
      WaitGroup batch;
      batch.Add(1000);
      for (int i = 0; i < 1000; ++i) Go([&batch] { batch.Done(); });
      batch.Wait();
    }
  });
}

void Spawn1() {
  PrintNsPerOperation(1'000'000, [](std::int64_t n) {
    WaitGroup one;
    for (; n > 0; --n) {
      one.Add(1);
      Go([&one] { one.Done(); });
      one.Wait();
    }
  });
}

constexpr Row kRows[] = {
    {"yield_2", &Yield<2>},
    {"yield_1000", &Yield<1000>},
    {"spawn_1000", &Spawn1000},
    {"spawn_1", &Spawn1},
};

}  // namespace

const std::span<const Row> kSchedulingRows = kRows;

}  // namespace gort::language
