#include "language/squares.h"

#include <chrono>
#include <memory>
#include <optional>

#include "gort/gort.h"

namespace downstream {

long SumOfSquares(int n, int workers) {
  const gort::Chan<int> numbers = gort::MakeChan<int>();
  const gort::Chan<long> squares = gort::MakeChan<long>(4);
  gort::Go([numbers, n] {
    for (int i = 1; i <= n; ++i) numbers.Send(i);
    numbers.Close();
  });
  const auto working = std::make_shared<gort::WaitGroup>();  // outlives this call if it gives up
  for (int i = 0; i < workers; ++i) {
    working->Go([numbers, squares] {
      for (const int number : numbers) squares.Send(long{number} * number);
    });
  }
  gort::Go([working, squares] {
    working->Wait();
    squares.Close();
  });
  long sum = 0;
  for (;;) {
    std::optional<long> square;
    if (gort::Select(gort::Recv(squares, square), gort::Timeout(std::chrono::seconds(10))) == 1) return -1;
    if (!square.has_value()) return sum;  // closed
    sum += *square;
  }
}

}  // namespace downstream
