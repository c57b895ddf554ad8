// What the language costs: one row per run.
//
//   language ROW [DIVISOR]     prints the row's figures, "name value" a line; DIVISOR makes the counts smaller
//   language                   prints the names of the rows
//
// benchmarks/run_language.sh runs all rows beside Go's.

#include "gort/benchmarks/language/language.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace gort::language {
namespace {

std::int64_t divisor = 1;

}  // namespace

std::int64_t Scaled(std::int64_t n) { return std::max<std::int64_t>(n / divisor, 1); }

void Report(const char* name, double value) { std::printf("%s %.1f\n", name, value); }

int Main(int argc, char** argv) {
  if (argc > 2) divisor = std::max(std::atoll(argv[2]), 1LL);
  for (std::span<const Row> rows : {kSchedulingRows, kChannelRows, kSyncRows, kTimerRows, kScaleRows}) {
    for (const Row& row : rows) {
      if (argc < 2) {
        std::puts(row.name);
      } else if (std::strcmp(row.name, argv[1]) == 0) {
        row.run();
        return 0;
      }
    }
  }
  if (argc < 2) return 0;
  std::fprintf(stderr, "language: there is no row %s; without arguments this program prints those there are\n", argv[1]);
  return 2;
}

}  // namespace gort::language

int main(int argc, char** argv) { return gort::language::Main(argc, argv); }
