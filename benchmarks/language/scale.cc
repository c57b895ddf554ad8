// Many goroutines at once.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "gort/benchmarks/language/language.h"
#include "gort/gort.h"

namespace gort::language {
namespace {

// A tree of goroutines, ten children each; the leaves send their number, everyone else the sum of what the children send.
void Skynet(const Chan<std::int64_t>& parent, std::int64_t number, std::int64_t leaves) {
  if (leaves <= 1) return parent.Send(number);
  const Chan<std::int64_t> children = MakeChan<std::int64_t>();
  const std::int64_t share = leaves / 10;
  for (int i = 0; i < 10; ++i) {
    Go([children, number = number + i * share, share] { Skynet(children, number, share); });
  }
  std::int64_t sum = 0;
  for (int i = 0; i < 10; ++i) sum += *children.Recv();
  parent.Send(sum);
}

// A million leaves.
void SkynetRow() {
  std::int64_t leaves = 1;
  while (leaves * 10 <= Scaled(1'000'000)) leaves *= 10;
  const Clock::time_point start = Clock::now();
  const Chan<std::int64_t> result = MakeChan<std::int64_t>();
  Go([result, leaves] { Skynet(result, 0, leaves); });
  const std::int64_t sum = *result.Recv();
  Report("ms", NsSince(start) / 1e6);
  if (sum != leaves * (leaves - 1) / 2) {
    std::fprintf(stderr, "skynet: the sum is wrong: %lld\n", static_cast<long long>(sum));
    std::exit(1);
  }
}

// 2000 primes, by a chain of as many filters.
void Sieve() {
  const Clock::time_point start = Clock::now();
  Chan<int> numbers = MakeChan<int>();
  Go([numbers] {
    for (int i = 2;; ++i) numbers.Send(i);
  });
  for (std::int64_t i = Scaled(2000); i > 0; --i) {
    const int prime = *numbers.Recv();
    const Chan<int> filtered = MakeChan<int>();
    Go([numbers, filtered, prime] {
      for (;;) {
        const int i = *numbers.Recv();
        if (i % prime != 0) filtered.Send(i);
      }
    });
    numbers = filtered;
  }
  Report("ms", NsSince(start) / 1e6);
}

// What the kernel has given us, page tables included, in bytes.
std::int64_t Memory() {
  std::int64_t kib = 0;
  std::FILE* status = std::fopen("/proc/self/status", "r");
  for (char line[256]; std::fgets(line, sizeof line, status) != nullptr;) {
    if (std::strncmp(line, "VmRSS:", 6) == 0 || std::strncmp(line, "VmPTE:", 6) == 0) kib += std::atoll(line + 6);
  }
  std::fclose(status);
  return kib * 1024;
}

// A million goroutines that wait on one channel; they are created when all have got there.
template <int kStackSize>
void Parked() {
  const std::int64_t n = Scaled(1'000'000);
  const std::int64_t before = Memory();
  const Chan<Unit> never = MakeChan<Unit>();
  std::atomic<std::int64_t> arrived = 0;
  const Clock::time_point start = Clock::now();
  for (std::int64_t i = 0; i < n; ++i) {
    Go({.stack_size = kStackSize}, [never, &arrived] {  // a handle of its own: it waits for longer than we do
      ++arrived;
      never.Recv();
    });
  }
  while (arrived < n) Gosched();
  Report("create_ns", NsSince(start) / n);
  Report("bytes", static_cast<double>(Memory() - before) / n);
}

constexpr Row kRows[] = {
    {"skynet", &SkynetRow},
    {"sieve", &Sieve},
    {"parked", &Parked<0>},
    {"parked_64k", &Parked<64 * 1024>},
};

}  // namespace

const std::span<const Row> kScaleRows = kRows;

}  // namespace gort::language
