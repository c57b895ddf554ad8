#include <atomic>
#include <cstdio>

#include "gort/gort.h"

int main() {
  std::atomic<int> sum = 0;
  for (int i = 1; i <= 10; ++i) {
    gort::Go([&sum, i] {
      gort::Gosched();
      sum += i;
    });
  }
  while (gort::NumGoroutine() > 1) gort::Gosched();
  const bool ok = gort::Goid() == 1 && sum == 55;
  std::puts(ok ? "main is goroutine 1 and started ten more"
               : "FAILED: main is not goroutine 1, or a goroutine did not run");
  return ok ? 0 : 1;
}
