// Five philosophers around a table, with a fork between each two. Who eats needs both forks beside him. If each took the left one
// first, all could hold one and wait for the other for ever. Here everyone takes the fork with the lower number first: then
// the holder of the highest fork in use waits for nobody.
//
//   ./bazelw run //examples:philosophers

#include <algorithm>
#include <cstdio>
#include <mutex>

#include "gort/gort.h"

namespace {

constexpr int kSeats = 5;
constexpr int kMeals = 10'000;

struct Fork {
  gort::Mutex mutex;
  int uses = 0;  // guarded by mutex
};

void Dine(Fork& lower, Fork& higher) {
  for (int meal = 0; meal < kMeals; ++meal) {
    // A gort::Mutex works with everything in <mutex>. It stops the goroutine, never the thread.
    const std::lock_guard first(lower.mutex);
    const std::lock_guard second(higher.mutex);
    ++lower.uses;
    ++higher.uses;
    gort::Gosched();  // chews; the neighbours may run, and find the forks taken
  }
}

}  // namespace

int main() {
  Fork forks[kSeats];
  gort::WaitGroup table;
  for (int seat = 0; seat < kSeats; ++seat) {
    const int left = seat, right = (seat + 1) % kSeats;
    table.Go([&lower = forks[std::min(left, right)], &higher = forks[std::max(left, right)]] { Dine(lower, higher); });
  }
  table.Wait();
  for (const Fork& fork : forks) std::printf("fork %td was used for %d meals\n", &fork - forks, fork.uses);
}
