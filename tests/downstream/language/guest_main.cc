// gort as a guest: main and a std::thread use channels without being goroutines, and Run gives main a goroutine.

#include <cstdio>
#include <thread>

#include "gort/gort.h"
#include "language/squares.h"

int main() {
  std::printf("on a thread: %ld, goroutine %d\n", downstream::SumOfSquares(100, 4), static_cast<int>(gort::Goid()));

  const gort::Chan<long> results = gort::MakeChan<long>();
  std::thread other([results] { results.Send(downstream::SumOfSquares(10, 2)); });
  std::printf("from another thread: %ld\n", results.Recv().value_or(-1));
  other.join();

  return gort::Run([] {
    std::printf("on a goroutine: %ld, %s\n", downstream::SumOfSquares(1000, 8), gort::OnGoroutine() ? "yes" : "no");
    return 7;
  });
}
