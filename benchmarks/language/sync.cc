// A mutex that nobody else wants, and one that eight goroutines want.

#include "gort/benchmarks/language/language.h"
#include "gort/gort.h"

namespace gort::language {
namespace {

template <int kGoroutines>
void MutexRow() {
  PrintNsPerOperation(20'000'000, [](std::int64_t n) {
    Mutex mutex;
    std::int64_t counter = 0;
    WaitGroup all;
    for (int i = 0; i < kGoroutines; ++i) {
      all.Go([&mutex, &counter, n] {
        for (std::int64_t k = n / kGoroutines; k > 0; --k) {
          mutex.Lock();
          ++counter;
          mutex.Unlock();
        }
      });
    }
    all.Wait();
  });
}

constexpr Row kRows[] = {
    {"mutex_1", &MutexRow<1>},
    {"mutex_8", &MutexRow<8>},
};

}  // namespace

const std::span<const Row> kSyncRows = kRows;

}  // namespace gort::language
