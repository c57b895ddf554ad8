#include <chrono>
#include <cstdio>
#include <mutex>

#include "gort/gort.h"
#include "language/squares.h"

int main() {
  const auto before = std::chrono::steady_clock::now();
  gort::Sleep(std::chrono::milliseconds(2));
  const bool slept = std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(2);

  gort::Mutex mutex;
  int count = 0;
  gort::WaitGroup adding;
  for (int i = 0; i < 100; ++i) {
    adding.Go([&] {
      const std::scoped_lock lock(mutex);
      ++count;
    });
  }
  adding.Wait();

  const bool ok = gort::Goid() == 1 && slept && count == 100 && downstream::SumOfSquares(1000, 8) == 333'833'500;
  std::puts(ok ? "channels, select, sync and time are as promised"
               : "FAILED: not goroutine 1, Sleep came back early, the mutex let two in, or the sum is wrong");
  return ok ? 0 : 1;
}
