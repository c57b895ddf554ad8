// A pool of workers that share a queue of jobs. The first job that fails stops them all.
//
//   ./bazelw run //examples:worker_pool

#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gort/gort.h"

namespace {

constexpr int kWorkers = 4;

// How many steps the Collatz sequence takes from `start` to 1: halve what is even, 3n + 1 of what is odd.
absl::Status Collatz(long start, int* steps) {
  if (start < 1) return absl::InvalidArgumentError(absl::StrCat("no Collatz sequence starts at ", start));
  for (*steps = 0; start != 1; ++*steps) start = start % 2 == 0 ? start / 2 : 3 * start + 1;
  return absl::OkStatus();
}

absl::Status CollatzAll(const gort::Context& ctx, const std::vector<long>& starts, std::vector<int>* steps) {
  steps->assign(starts.size(), 0);
  // The goroutines may use what is declared above `group`: its destructor waits for them.
  const gort::Chan<std::size_t> jobs = gort::MakeChan<std::size_t>();
  gort::Group group(ctx);
  group.Go([&] {
    // A send alone would wait for ever once the workers are gone; so it also waits for the end of the group's context, which is
    // that of ctx, too.
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (gort::Select(gort::Send(jobs, i), gort::Done(group.context())) == 1) break;
    }
    jobs.Close();
    return group.context().Err();
  });
  for (int worker = 0; worker < kWorkers; ++worker) {
    group.Go([&] {
      for (std::size_t i : jobs) {
        // The first status that is not OK ends the context, and is what Wait returns.
        if (absl::Status status = Collatz(starts[i], &(*steps)[i]); !status.ok()) return status;
      }
      return absl::OkStatus();
    });
  }
  return group.Wait();
}

void Report(const gort::Context& ctx, const std::vector<long>& starts) {
  std::vector<int> steps;
  const absl::Status status = CollatzAll(ctx, starts, &steps);
  if (!status.ok()) {
    std::printf("failed: %s\n", std::string(status.message()).c_str());
    return;
  }
  for (std::size_t i = 0; i < starts.size(); ++i) std::printf("%ld: %d steps\n", starts[i], steps[i]);
}

}  // namespace

int main() {
  const gort::Context ctx = gort::Background();
  Report(ctx, {1, 7, 27, 97, 871, 6171, 77031, 837799});
  Report(ctx, {1, 7, 27, -97, 871, 6171, 77031, 837799});

  const auto [nobody_waits, cancel] = gort::WithCancel(ctx);
  cancel();
  Report(nobody_waits, std::vector<long>(1'000'000, 27));
}
