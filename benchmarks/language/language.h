// The rows of the language benchmark: what goroutines, channels, locks and timers cost. Each has its twin in the Go file of
// the same name, with the same loop and the same counts; run_language.sh alternates the two programs.
#ifndef GORT_BENCHMARKS_LANGUAGE_LANGUAGE_H_
#define GORT_BENCHMARKS_LANGUAGE_LANGUAGE_H_

#include <chrono>
#include <cstdint>
#include <span>

namespace gort::language {

using Clock = std::chrono::steady_clock;

// A row runs once per process and prints its figures: nothing that an earlier row left behind, such as warm stacks, helps or
// hurts it.
struct Row {
  const char* name;
  void (*run)();
};

extern const std::span<const Row> kSchedulingRows;  // scheduling.cc: yield, spawn and join
extern const std::span<const Row> kChannelRows;     // channels.cc
extern const std::span<const Row> kSyncRows;        // sync.cc
extern const std::span<const Row> kTimerRows;       // timers.cc
extern const std::span<const Row> kScaleRows;       // scale.cc: a million goroutines, long chains of them

// `n` divided by the program's second argument, and at least 1: smaller counts for a quick look or a test.
std::int64_t Scaled(std::int64_t n);

// Prints "name value": one figure of the row that runs.
void Report(const char* name, double value);

inline double NsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

// Prints the nanoseconds that each of Scaled(n) operations takes, where work(k) does k of them; a tenth runs before, unmeasured.
template <class Work>
void PrintNsPerOperation(std::int64_t n, Work work) {
  n = Scaled(n);
  work(n / 10 + 1);
  const Clock::time_point start = Clock::now();
  work(n);
  Report("ns", NsSince(start) / static_cast<double>(n));
}

}  // namespace gort::language

#endif  // GORT_BENCHMARKS_LANGUAGE_LANGUAGE_H_
