// The primes, found by goroutines in a row: each holds one prime and lets through what it does not divide.
//
//   ./bazelw run //examples:sieve -- 20
//
//     2 3 4 5 6 ...      3 5 7 9 ...       5 7 11 13 ...
//   Count  ------->  by 2  ------->  by 3  ------->  main: the first that arrives is the next prime

#include <cstdio>
#include <cstdlib>

#include "gort/gort.h"

namespace {

// Sends 2, 3, 4, ... for ever, each when the receiver is ready for it: the channel has no buffer.
void Count(gort::SendChan<int> numbers) {
  for (int n = 2;; ++n) numbers.Send(n);
}

void Filter(gort::RecvChan<int> in, gort::SendChan<int> out, int prime) {
  for (int n : in) {
    if (n % prime != 0) out.Send(n);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 20;

  // A Chan is a handle, as in Go: copying it is cheap, and the last copy frees the channel.
  gort::Chan<int> numbers = gort::MakeChan<int>();
  gort::Go([numbers] { Count(numbers); });
  for (int i = 0; i < count; ++i) {
    const int prime = *numbers.Recv();
    std::printf("%d\n", prime);
    const gort::Chan<int> rest = gort::MakeChan<int>();
    gort::Go([numbers, rest, prime] { Filter(numbers, rest, prime); });
    numbers = rest;
  }
  // The filters still wait for numbers. As in Go, they end with main.
}
