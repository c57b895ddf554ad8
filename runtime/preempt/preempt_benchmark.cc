// What a check costs: ns per call of the same function without one, with one, and as gold and lld rewrite it when it calls
// unchecked code. The loop is unchecked in all three.
#include <algorithm>
#include <cstdint>
#include <cstdio>

#include "gort/runtime/preempt/calls.h"
#include "gort/runtime/sys/linux.h"

namespace {

constexpr int kCalls = 20'000'000;
constexpr int kRounds = 7;

// The best of some rounds: everything else is somebody else's time.
double NsPerCall(unsigned long (*fn)(unsigned long)) {
  double best = 1e9;
  for (int round = 0; round < kRounds; ++round) {
    unsigned long value = 1;
    const std::int64_t start = gort::runtime::sys::Nanotime();
    for (int i = 0; i < kCalls; ++i) value = fn(value);
    const auto ns = static_cast<double>(gort::runtime::sys::Nanotime() - start);
    asm volatile("" : : "r"(value));
    best = std::min(best, ns / kCalls);
  }
  return best;
}

}  // namespace

int main() {
  std::printf("without a check                       %.2f ns\n", NsPerCall(&gort::calls::unchecked::Call));
  std::printf("with a check                          %.2f ns\n", NsPerCall(&gort::calls::checked::Call));
  std::printf("with a check, calls unchecked code    %.2f ns\n", NsPerCall(&gort::calls::checked::CallUnchecked));
  std::printf("the same without a check              %.2f ns\n", NsPerCall(&gort::calls::unchecked::CallUnchecked));
}
